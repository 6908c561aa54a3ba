import type { Sectors } from '@/shared/api/use-sectors'
import { DERIVATIVES } from '@/shared/market-store/contract-prices'
import type { SymbolState } from '@/shared/market-store/market-store'
import type { Watchlist } from '@/shared/watchlists/watchlists'

/** The lists that can be summed up: an index, an exchange, a sector, an own list; only those that have data. Futures are in none. */
export interface VolumeList {
  id: string
  kind: 'index' | 'exchange' | 'sector' | 'watch'
  /** What the user calls it. */
  name?: string
  states: readonly SymbolState[]
}

export const ALL_STOCKS = 'ALL'
const VN30 = 'VN30'
const EXCHANGES = ['HOSE', 'HNX', 'UPCOM'] as const

/** As the board's address has it. */
export const watchListId = (id: string): string => `watch:${id}`

export function volumeLists(states: readonly SymbolState[], vn30: readonly string[], sectors: Sectors, watchlists: readonly Watchlist[] = []): readonly VolumeList[] {
  const stocks = states.filter((state) => state.price.exchange !== DERIVATIVES)
  const basket = new Set(vn30)
  const lists: VolumeList[] = []
  const add = (id: string, kind: VolumeList['kind'], listed: readonly SymbolState[]): void => {
    if (listed.length) lists.push({ id, kind, states: listed })
  }
  add(VN30, 'index', stocks.filter((state) => basket.has(state.symbol)))
  if (stocks.length && lists[0]?.states.length !== stocks.length) add(ALL_STOCKS, 'index', stocks)
  for (const exchange of EXCHANGES) {
    const listed = stocks.filter((state) => state.price.exchange === exchange)
    // With only the basket tracked, a tab HOSE would show the same thirty rows under a false name.
    if (listed.some((state) => !basket.has(state.symbol)) && listed.length !== stocks.length) add(exchange, 'exchange', listed)
  }
  for (const name of sectors.names) add(name, 'sector', stocks.filter((state) => sectors.of(state.symbol) === name))
  for (const { id, name, symbols } of watchlists) {
    const wanted = new Set(symbols)
    const listed = stocks.filter((state) => wanted.has(state.symbol))
    if (listed.length) lists.push({ id: watchListId(id), kind: 'watch', name, states: listed })
  }
  return lists
}
