import { NO_SECTOR, type ForeignRow } from './foreign-rows'

/** What the rows add up to. Values in VND, speeds in VND a minute at the last prices. */

export interface ForeignSpeeds {
  net: number
  netAMinuteAgo: number
  buy: number
  buyAcceleration: number
  sell: number
  sellAcceleration: number
}

const sum = (rows: readonly ForeignRow[], figure: (row: ForeignRow) => number | null | undefined): number =>
  rows.reduce((total, row) => total + (figure(row) ?? 0), 0)

export function foreignSpeeds(rows: readonly ForeignRow[]): ForeignSpeeds {
  const net = sum(rows, (row) => row.netSpeed * row.lastPrice)
  return {
    net,
    netAMinuteAgo: net - sum(rows, (row) => row.netAcceleration * row.lastPrice),
    buy: sum(rows, ({ flow, lastPrice }) => (flow.buy_speed_per_min ?? 0) * lastPrice),
    buyAcceleration: sum(rows, ({ flow, lastPrice }) => (flow.buy_acceleration ?? 0) * lastPrice),
    sell: sum(rows, ({ flow, lastPrice }) => (flow.sell_speed_per_min ?? 0) * lastPrice),
    sellAcceleration: sum(rows, ({ flow, lastPrice }) => (flow.sell_acceleration ?? 0) * lastPrice),
  }
}

/** What a net speed has done within a minute: which side, and whether it gains. */
export type Trend = 'buyingFaster' | 'buyingSlower' | 'sellingFaster' | 'sellingSlower' | 'steady'

export function trendOf({ net, netAMinuteAgo }: Pick<ForeignSpeeds, 'net' | 'netAMinuteAgo'>): Trend {
  if (net === 0 || net === netAMinuteAgo) return 'steady'
  if (net > 0) return net > netAMinuteAgo ? 'buyingFaster' : 'buyingSlower'
  return net < netAMinuteAgo ? 'sellingFaster' : 'sellingSlower'
}

export interface ForeignBreadth {
  bought: number
  sold: number
  /** Nothing left to buy, and less than a percent of the limit left. */
  full: number
  nearlyFull: number
}

const NEARLY_FULL_PCT = 1

export const foreignBreadth = (rows: readonly ForeignRow[]): ForeignBreadth => ({
  bought: rows.filter((row) => row.net > 0).length,
  sold: rows.filter((row) => row.net < 0).length,
  full: rows.filter((row) => row.roomPct === 0).length,
  nearlyFull: rows.filter((row) => row.roomPct !== null && row.roomPct > 0 && row.roomPct < NEARLY_FULL_PCT).length,
})

/** Foreign share of all that was traded, in percent: half of buying and selling, as each trade has two sides. */
export function turnoverShare(bought: number, sold: number, rows: readonly ForeignRow[]): number | null {
  const turnover = sum(rows, (row) => row.turnover)
  return turnover ? ((bought + sold) / 2 / turnover) * 100 : null
}

export interface SectorFlow {
  name: string
  net: number
  stocks: number
}

/** Largest inflow first; what is in no sector comes under its own name. */
export function sectorFlows(rows: readonly ForeignRow[]): readonly SectorFlow[] {
  const byName = new Map<string, SectorFlow>()
  for (const row of rows) {
    const name = row.sector ?? NO_SECTOR
    const flow = byName.get(name) ?? { name, net: 0, stocks: 0 }
    byName.set(name, { name, net: flow.net + row.net, stocks: flow.stocks + 1 })
  }
  return [...byName.values()].sort((a, b) => b.net - a.net || (a.name < b.name ? -1 : 1))
}

export const TOP_STOCKS = 10

/** The largest net buyers or sellers by value. */
export function topRows(rows: readonly ForeignRow[], side: 'buy' | 'sell'): readonly ForeignRow[] {
  const sign = side === 'buy' ? 1 : -1
  return rows
    .filter((row) => row.net * sign > 0)
    .sort((a, b) => (b.net - a.net) * sign || (a.symbol < b.symbol ? -1 : 1))
    .slice(0, TOP_STOCKS)
}

export const totalNet = (rows: readonly ForeignRow[], side: 'buy' | 'sell'): number =>
  sum(rows, (row) => (side === 'buy' ? Math.max(row.net, 0) : Math.min(row.net, 0)))

/** The newest moment in any of the rows; moments of one zone compare as text. */
export const latestUpdate = (rows: readonly ForeignRow[]): string | null =>
  rows.reduce<string | null>((latest, { flow }) => (flow.last_updated && flow.last_updated > (latest ?? '') ? flow.last_updated : latest), null)
