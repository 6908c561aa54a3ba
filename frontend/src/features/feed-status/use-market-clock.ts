import { useMarket, useSession } from '@/shared/market-store/market-context'
import { marketClock } from './market-clock'
import { useFreshness } from '@/shared/feed/use-freshness'
import { replayPlace } from '@/shared/replay/replay-place'
import { useReplay } from '@/shared/replay/use-replay'
import { useNow } from '@/shared/time/use-now'

export function useMarketClock(): number | null {
  const { store } = useMarket()
  const session = useSession()
  const freshness = useFreshness()
  const now = useNow()
  const replayed = useReplay()
  const isDayOver = session?.is_final === true || freshness.word === 'closed'
  if (replayed && !freshness.isStale) return replayPlace(replayed.replay, replayed.toldAtMs, now)
  return marketClock(store.getDataTime(), freshness, isDayOver, now)
}
