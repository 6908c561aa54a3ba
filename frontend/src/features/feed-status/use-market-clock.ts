import { useMarket, useSession } from '@/shared/market-store/market-context'
import { marketClock } from './market-clock'
import { useFreshness } from '@/shared/feed/use-freshness'
import { useNow } from '@/shared/time/use-now'

export function useMarketClock(): number | null {
  const { store } = useMarket()
  const session = useSession()
  const freshness = useFreshness()
  const now = useNow()
  const isDayOver = session?.is_final === true || freshness.word === 'closed'
  return marketClock(store.getDataTime(), freshness, isDayOver, now)
}
