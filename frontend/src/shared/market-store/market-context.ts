import { createContext, useContext, useSyncExternalStore } from 'react'
import type { DerivativesData, IndexData, MarketSnapshot, SessionInfo } from '@/shared/api/models'
import type { ChannelSocket } from '@/shared/ws/channel-socket'
import type { MarketStore, SymbolState } from './market-store'

export interface Market {
  store: MarketStore
  socket: ChannelSocket<MarketSnapshot>
}

export const MarketContext = createContext<Market | null>(null)

export function useMarket(): Market {
  const market = useContext(MarketContext)
  if (!market) throw new Error('useMarket needs a MarketContext above it')
  return market
}

export function useSymbol(symbol: string): SymbolState | undefined {
  const { store } = useMarket()
  return useSyncExternalStore(store.subscribeSymbol(symbol), () => store.getSymbol(symbol))
}

export function useIndex(indexId: string): IndexData | undefined {
  const { store } = useMarket()
  return useSyncExternalStore(store.subscribeIndex(indexId), () => store.getIndex(indexId))
}

export function useDerivatives(): DerivativesData | null {
  const { store } = useMarket()
  return useSyncExternalStore(store.subscribeMarket, store.getDerivatives)
}

export function useSession(): SessionInfo | null {
  const { store } = useMarket()
  return useSyncExternalStore(store.subscribeMarket, store.getSession)
}
