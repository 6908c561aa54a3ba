import { useSyncExternalStore } from 'react'
import type { SessionStats } from '@/shared/api/models'
import { useIndex, useMarket, useSymbol, type Market } from '@/shared/market-store/market-context'
import { parseMoment } from '@/shared/time/market-time'
import type { LiveTotals } from './live-bar'

function totalsFrom(price: number | null | undefined, stats: SessionStats | undefined): LiveTotals | null {
  const timeMs = parseMoment(stats?.last_updated)
  if (!price || timeMs === null) return null
  return {
    timeMs, price, volume: stats?.total_volume ?? 0, buyVolume: stats?.mua_chu_dong_volume ?? 0, sellVolume: stats?.ban_chu_dong_volume ?? 0,
  }
}

/** What the stream knows now, for whoever asks outside of rendering. */
export const readTotals = ({ store }: Market, symbol: string): LiveTotals | null =>
  totalsFrom(store.getSymbol(symbol)?.price.last_price, store.getStats()[symbol])

/**
 * The running price and totals of a symbol or an index. Only of the continuous session: bars of auctions are named by
 * rules of their own, and the history has them within seconds.
 */
export function useLiveTotals(symbol: string): LiveTotals | null {
  const { store } = useMarket()
  const state = useSymbol(symbol)
  const index = useIndex(symbol)
  const stats = useSyncExternalStore(store.subscribeFlush, () => store.getStats()[symbol])
  if (index?.value) {
    const timeMs = parseMoment(index.last_updated)
    return timeMs === null ? null : { timeMs, price: index.value, volume: index.total_volume ?? 0, buyVolume: 0, sellVolume: 0 }
  }
  return state?.price.phase === 'continuous' ? totalsFrom(state.price.last_price, stats) : null
}
