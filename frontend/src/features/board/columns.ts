import type { Level, PriceData } from '@/shared/api/models'
import { formatChange, formatNumber, formatPercent, formatPrice, formatSigned, formatVolume, type PriceUnit } from '@/shared/format/board-number'
import { priceBand, type Band } from '@/shared/format/price-band'
import { DERIVATIVES } from '@/shared/market-store/contract-prices'
import type { SymbolState } from '@/shared/market-store/market-store'
import { formatDayMonth } from '@/shared/time/market-time'
import { isIndicative, matchedChange, matchedPercent, matchedPrice, matchedVolume } from './matched'

/** The columns of the board: what a cell shows, in which colour, when it flashes and how it sorts. */

export type CellColour = Band | 'buy' | 'sell' | ''
type Side = 'bids' | 'asks'

/** When a column leaves a narrowing board: measured on the board itself, not the window (board.module.css). */
export type Keep = 'always' | 'level2' | 'level3' | 'average' | 'room' | 'day' | 'foreign' | 'limits'

export interface Column {
  id: string
  label: string
  group: string
  weight: number
  keep: Keep
  startsGroup?: boolean
  isMatched?: boolean
  /** Shown only when it is chosen. */
  isOptional?: boolean
  /** The four columns of the phone. */
  onPhone?: boolean
  text: (state: SymbolState, unit: PriceUnit) => string
  colour: (state: SymbolState) => CellColour
  /** What a flash compares; absent for columns that never flash. */
  flash?: (price: PriceData) => number
  sortValue: (state: SymbolState) => number | string | null
}

/** 105.20 at 12 px with its padding. */
const PRICE_WEIGHT = 50

export const unitOf = (state: SymbolState): PriceUnit => (state.price.exchange === DERIVATIVES ? 'points' : 'vnd')
/** Of the price that is shown: in an auction the indicative one. */
export const lastBand = (state: SymbolState): Band | '' => priceBand(matchedPrice(state.price), state.price)
const neutral = (): CellColour => ''

const priceColumn = (
  id: string, label: string, group: string, weight: number, keep: Keep,
  read: (price: PriceData) => number | null | undefined, colour?: CellColour,
): Column => ({
  id, label, group, weight, keep,
  text: (state, unit) => formatPrice(read(state.price), unit),
  colour: (state) => colour ?? priceBand(read(state.price), state.price),
  sortValue: (state) => read(state.price) ?? null,
})

/** A level's price and its volume, both in the band of the price. */
function levelColumns(side: Side, depth: number, isFirst: boolean): Column[] {
  const level = (price: PriceData): Level | undefined => price[side]?.[depth - 1]
  const keep: Keep = depth === 3 ? 'level3' : depth === 2 ? 'level2' : 'always'
  const colour = (state: SymbolState): CellColour => priceBand(level(state.price)?.[0], state.price)
  return [
    {
      id: `${side}${depth}`, label: 'col.price', group: `group.${side}`, weight: PRICE_WEIGHT, keep, colour, startsGroup: isFirst,
      text: (state, unit) => formatPrice(level(state.price)?.[0], unit),
      flash: (price) => level(price)?.[0] ?? 0,
      sortValue: (state) => level(state.price)?.[0] ?? null,
    },
    {
      id: `${side}${depth}v`, label: 'col.volume', group: `group.${side}`, weight: 62, keep, colour,
      text: (state) => formatVolume(level(state.price)?.[1]),
      flash: (price) => level(price)?.[1] ?? 0,
      sortValue: (state) => level(state.price)?.[1] ?? null,
    },
  ]
}

const symbolColumn: Column = {
  id: 'symbol', label: 'col.symbol', group: '', weight: 70, keep: 'always', onPhone: true,
  text: (state) => state.contract?.alias ?? state.symbol,
  colour: lastBand,
  sortValue: (state) => state.symbol,
}

const imbalanceColour = (imbalance: number): CellColour => (imbalance > 0 ? 'buy' : imbalance < 0 ? 'sell' : '')

const matchedColumns: Column[] = [
  {
    id: 'last', label: 'col.price', group: 'group.matched', weight: 58, keep: 'always', startsGroup: true, isMatched: true, onPhone: true,
    text: (state, unit) => formatPrice(matchedPrice(state.price), unit),
    colour: lastBand,
    flash: (price) => matchedPrice(price) ?? 0,
    sortValue: (state) => matchedPrice(state.price),
  },
  {
    id: 'lastVolume', label: 'col.volume', group: 'group.matched', weight: 58, keep: 'always', isMatched: true,
    text: ({ price }) => (isIndicative(price) ? formatSigned(matchedVolume(price) ?? 0, 0) : formatVolume(price.last_volume)),
    colour: (state) => (isIndicative(state.price) ? imbalanceColour(matchedVolume(state.price) ?? 0) : lastBand(state)),
    flash: (price) => matchedVolume(price) ?? 0,
    sortValue: (state) => matchedVolume(state.price),
  },
  {
    id: 'change', label: '+/−', group: 'group.matched', weight: PRICE_WEIGHT, keep: 'always', isMatched: true,
    text: (state, unit) => formatChange(matchedChange(state.price), unit),
    colour: lastBand,
    flash: (price) => matchedChange(price) ?? 0,
    sortValue: (state) => matchedChange(state.price),
  },
  {
    id: 'percent', label: '%', group: 'group.matched', weight: 58, keep: 'always', isMatched: true, onPhone: true,
    text: ({ price }) => {
      const percent = matchedPercent(price)
      return percent === null ? '' : formatPercent(percent)
    },
    colour: lastBand,
    flash: (price) => matchedPercent(price) ?? 0,
    sortValue: (state) => matchedPercent(state.price),
  },
]

const totalColumn: Column = {
  id: 'total', label: 'col.total', group: '', weight: 80, keep: 'always', startsGroup: true, onPhone: true,
  text: (state) => formatVolume(state.price.total_volume),
  colour: neutral,
  sortValue: (state) => state.price.total_volume ?? null,
}

const roomShare = (state: SymbolState): number | null => {
  const { current_room: left, total_room: all } = state.foreign ?? {}
  return all ? ((left ?? 0) / all) * 100 : null
}

const foreignColumns: Column[] = [
  {
    id: 'foreignBuy', label: 'col.foreignBuy', group: 'group.foreign', weight: 66, keep: 'foreign', startsGroup: true, colour: neutral,
    text: (state) => formatVolume(state.foreign?.buy_volume),
    sortValue: (state) => state.foreign?.buy_volume ?? null,
  },
  {
    id: 'foreignSell', label: 'col.foreignSell', group: 'group.foreign', weight: 66, keep: 'foreign', colour: neutral,
    text: (state) => formatVolume(state.foreign?.sell_volume),
    sortValue: (state) => state.foreign?.sell_volume ?? null,
  },
  {
    id: 'room', label: 'col.room', group: 'group.foreign', weight: 52, keep: 'room', colour: neutral, sortValue: roomShare,
    text: (state) => {
      const share = roomShare(state)
      return share === null ? '' : `${formatNumber(share, 1)}%`
    },
  },
]

const basisColour = (state: SymbolState): CellColour => {
  const { basis, stale } = state.contract ?? {}
  if (basis == null || stale) return ''
  return basis > 0 ? 'up' : basis < 0 ? 'down' : 'ref'
}

const basisColumns: Column[] = [
  {
    id: 'basis', label: 'col.basis', group: 'group.basis', weight: 66, keep: 'foreign', startsGroup: true, colour: basisColour,
    text: (state) => (state.contract?.basis == null ? '' : formatSigned(state.contract.basis, 2)),
    sortValue: (state) => state.contract?.basis ?? null,
  },
  {
    id: 'basisPct', label: 'col.basisPct', group: 'group.basis', weight: 66, keep: 'foreign', colour: basisColour,
    text: (state) => (state.contract?.basis_pct == null ? '' : formatPercent(state.contract.basis_pct)),
    sortValue: (state) => state.contract?.basis_pct ?? null,
  },
  {
    id: 'expiry', label: 'col.expiry', group: 'group.basis', weight: 52, keep: 'room', colour: neutral,
    text: (state) => formatDayMonth(state.contract?.expiry_date),
    sortValue: (state) => state.contract?.expiry_date ?? null,
  },
]

const commonColumns: Column[] = [
  symbolColumn,
  { ...priceColumn('ceiling', 'col.ceiling', 'group.limits', PRICE_WEIGHT, 'limits', (price) => price.ceiling, 'ceil'), startsGroup: true },
  priceColumn('floor', 'col.floor', 'group.limits', PRICE_WEIGHT, 'limits', (price) => price.floor, 'floor'),
  priceColumn('ref', 'col.ref', 'group.limits', PRICE_WEIGHT, 'always', (price) => price.ref_price, 'ref'),
  ...levelColumns('bids', 3, true),
  ...levelColumns('bids', 2, false),
  ...levelColumns('bids', 1, false),
  ...matchedColumns,
  ...levelColumns('asks', 1, true),
  ...levelColumns('asks', 2, false),
  ...levelColumns('asks', 3, false),
  totalColumn,
  { ...priceColumn('high', 'col.high', 'group.day', PRICE_WEIGHT, 'day', (price) => price.high), startsGroup: true },
  priceColumn('average', 'col.avg', 'group.day', PRICE_WEIGHT, 'average', (price) => price.avg_price),
  priceColumn('low', 'col.low', 'group.day', PRICE_WEIGHT, 'day', (price) => price.low),
]

/** `1`..`3` behind "Giá" and "KL" of the book. */
export const levelOf = (column: Column): string => /^(?:bids|asks)(\d)/.exec(column.id)?.[1] ?? ''

/** Drawn, not written (BoardRow); asked for, because each row asks the history for its day. */
export const SPARK_COLUMN = 'spark'
const sparkColumn: Column = {
  id: SPARK_COLUMN, label: 'col.spark', group: '', weight: 84, keep: 'always', isOptional: true, colour: neutral,
  text: () => '',
  sortValue: (state) => state.price.change_pct ?? null,
}

export const EQUITY_COLUMNS: readonly Column[] = [...commonColumns, ...foreignColumns, sparkColumn]
/** VN30F1M is longer than a stock's three letters and 1,944.5 than its 97.30; lots of contracts are shorter than those of shares. */
const FUTURES_WEIGHTS: Partial<Record<string, number>> = { symbol: 82, lastVolume: 48 }
const FUTURES_PRICE_WEIGHT = 58
const FUTURES_VOLUME_WEIGHT = 48
const isLevelVolume = (column: Column): boolean => levelOf(column) !== '' && column.id.endsWith('v')

function futuresWeight(column: Column): number {
  const isPrice = column.weight === PRICE_WEIGHT && column.id !== 'change'
  return FUTURES_WEIGHTS[column.id] ?? (isLevelVolume(column) ? FUTURES_VOLUME_WEIGHT : isPrice ? FUTURES_PRICE_WEIGHT : column.weight)
}

export const FUTURES_COLUMNS: readonly Column[] = [
  ...commonColumns.map((column) => ({ ...column, weight: futuresWeight(column) })),
  ...basisColumns,
  sparkColumn,
]

/** While the whole list is in a call auction, the matched columns are headed by what they show; the phone has no groups. */
export function auctionColumns(columns: readonly Column[], isPhone: boolean): readonly Column[] {
  const labels: Partial<Record<string, string>> = { lastVolume: 'col.imbalance', ...(isPhone && { last: 'group.indicative' }) }
  return columns.map((column) => (column.isMatched ? { ...column, group: 'group.indicative', label: labels[column.id] ?? column.label } : column))
}

export interface ColumnGroup {
  id: string
  columns: readonly Column[]
}

export function groupsOf(columns: readonly Column[]): readonly ColumnGroup[] {
  const groups: { id: string; columns: Column[] }[] = []
  for (const column of columns) {
    const last = groups.at(-1)
    if (last && last.id === column.group && column.group) last.columns.push(column)
    else groups.push({ id: column.group, columns: [column] })
  }
  return groups
}
