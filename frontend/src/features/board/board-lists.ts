import { DERIVATIVES } from '@/shared/market-store/contract-prices'
import type { SymbolState } from '@/shared/market-store/market-store'

/** The lists the board can show: only those that have data. */
export interface BoardList {
  id: string
  symbols: readonly string[]
}

export const VN30_LIST = 'VN30'
export const FUTURES_LIST = 'futures'
const EXCHANGES = ['HOSE', 'HNX', 'UPCOM'] as const

export function boardLists(states: readonly SymbolState[], vn30: readonly string[]): readonly BoardList[] {
  const basket = new Set(vn30)
  const lists: BoardList[] = []
  const add = (id: string, belongs: (state: SymbolState) => boolean): void => {
    const symbols = states.filter(belongs).map((state) => state.symbol)
    if (symbols.length) lists.push({ id, symbols })
  }
  add(VN30_LIST, (state) => basket.has(state.symbol))
  for (const exchange of EXCHANGES) {
    // With only the basket tracked, a tab HOSE would show the same thirty rows under a false name.
    const hasMore = states.some((state) => state.price.exchange === exchange && !basket.has(state.symbol))
    if (hasMore) add(exchange, (state) => state.price.exchange === exchange)
  }
  add(FUTURES_LIST, (state) => state.price.exchange === DERIVATIVES)
  return lists
}
