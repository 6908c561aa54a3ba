import type { PriceData } from '@/shared/api/models'
import { toCsv, type CsvValue } from '@/shared/format/csv'
import type { SymbolState } from '@/shared/market-store/market-store'
import { levelOf, SPARK_COLUMN, type Column } from './columns'
import { isIndicative } from './matched'

/** The board as it stands, for a spreadsheet: its columns and rows in their order, figures as on the wire (VND, shares). */

const NAMES: Partial<Record<string, string>> = {
  ref: 'ref_price', last: 'last_price', lastVolume: 'last_volume', percent: 'change_pct', total: 'total_volume', average: 'avg_price',
  foreignBuy: 'foreign_buy_volume', foreignSell: 'foreign_sell_volume', room: 'room_pct', basisPct: 'basis_pct', expiry: 'expiry_date',
}

function nameOf(column: Column): string {
  const level = levelOf(column)
  if (level) return `${column.id.startsWith('bids') ? 'bid' : 'ask'}_${column.id.endsWith('v') ? 'vol' : 'price'}_${level}`
  return NAMES[column.id] ?? column.id
}

/** On the screen an auction's indicative figures stand in for these; in a file they have columns of their own. */
const MATCHED: Partial<Record<string, keyof PriceData>> = { last: 'last_price', lastVolume: 'last_volume', change: 'change', percent: 'change_pct' }

const DECIMALS_MAX = 4 // a share of the room would have fifteen

function valueOf(column: Column, state: SymbolState): CsvValue {
  const matched = MATCHED[column.id]
  const value = matched ? (state.price[matched] as number | null | undefined) : column.sortValue(state)
  return typeof value === 'number' ? Number(value.toFixed(DECIMALS_MAX)) : value
}

const AUCTION_NAMES = ['phase', 'est_match_price']
const auctionValues = ({ price }: SymbolState): CsvValue[] => [price.phase, price.est_match_price]

export function boardCsv(columns: readonly Column[], states: readonly SymbolState[]): string {
  const written = columns.filter(({ id }) => id !== SPARK_COLUMN)
  const hasAuction = states.some(({ price }) => isIndicative(price))
  return toCsv(
    [...written.map(nameOf), ...(hasAuction ? AUCTION_NAMES : [])],
    states.map((state) => [...written.map((column) => valueOf(column, state)), ...(hasAuction ? auctionValues(state) : [])]),
  )
}

/** `board-VN30-2026-11-20.csv`; own lists are named by their users. */
export const boardFileName = (list: string, date: string | null | undefined): string =>
  `board-${list.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'list'}-${date ?? 'unknown'}.csv`
