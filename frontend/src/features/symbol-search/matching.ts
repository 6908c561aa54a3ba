import type { MarketStore } from '@/shared/market-store/market-store'

const MATCHES_MAX = 8

export interface SymbolMatch {
  symbol: string
  /** VN30F1M for a contract code, else the exchange. */
  note: string
}

/** Symbols that start with what was typed first, then those that contain it. */
export function matchSymbols(store: MarketStore, typed: string): readonly SymbolMatch[] {
  const wanted = typed.trim().toUpperCase()
  if (!wanted) return []
  const matches = store.getSymbols().flatMap((symbol) => {
    const state = store.getSymbol(symbol)
    const alias = state?.contract?.alias ?? ''
    const rank = symbol.startsWith(wanted) || alias.startsWith(wanted) ? 0 : symbol.includes(wanted) || alias.includes(wanted) ? 1 : 2
    return rank === 2 ? [] : { rank, symbol, note: alias || (state?.price.exchange ?? '') }
  })
  return matches.sort((a, b) => a.rank - b.rank || (a.symbol < b.symbol ? -1 : 1)).slice(0, MATCHES_MAX)
}
