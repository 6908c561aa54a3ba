import { useMemo, useState, useSyncExternalStore } from 'react'
import { useMarket } from '@/shared/market-store/market-context'
import type { SymbolState } from '@/shared/market-store/market-store'
import { SlowVersion } from './slow-version'

/**
 * All symbols as they were at most a second ago: for order, filters and counts.
 * The cells themselves follow each change through their own subscription.
 */
export function useBoardStates(): readonly SymbolState[] {
  const { store } = useMarket()
  const [slowVersion] = useState(() => new SlowVersion(store))
  const version = useSyncExternalStore(slowVersion.subscribe, slowVersion.get)
  return useMemo(() => {
    void version // stands for the content of the store
    return store.getSymbols().flatMap((symbol) => store.getSymbol(symbol) ?? [])
  }, [store, version])
}
