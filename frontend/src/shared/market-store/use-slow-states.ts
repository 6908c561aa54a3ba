import { useMemo, useState, useSyncExternalStore } from 'react'
import type { SessionStats } from '@/shared/api/models'
import { useMarket } from './market-context'
import type { MarketStore, SymbolState } from './market-store'
import { SlowVersion } from './slow-version'

/** The store, and a number that changes with its content at most once a second. */
export function useSlowStore(): { store: MarketStore; version: number } {
  const { store } = useMarket()
  const [slowVersion] = useState(() => new SlowVersion(store))
  return { store, version: useSyncExternalStore(slowVersion.subscribe, slowVersion.get) }
}

/**
 * All symbols as they were at most a second ago: for order, filters and counts.
 * The cells themselves follow each change through their own subscription.
 */
export function useSlowStates(): readonly SymbolState[] {
  const { store, version } = useSlowStore()
  return useMemo(() => {
    void version // stands for the content of the store
    return store.getSymbols().flatMap((symbol) => store.getSymbol(symbol) ?? [])
  }, [store, version])
}

/** Active buying and selling per symbol, as it was at most a second ago. */
export function useSlowStats(): Readonly<Record<string, SessionStats>> {
  const { store, version } = useSlowStore()
  return useMemo(() => {
    void version
    return store.getStats()
  }, [store, version])
}
