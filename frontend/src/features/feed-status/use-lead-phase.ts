import type { Phase } from '@/shared/api/models'
import { useSession } from '@/shared/market-store/market-context'
import { nextPhase, type NextPhase } from '@/shared/time/trading-day'
import { leadPhase } from './lead-phase'
import { useFreshness } from '@/shared/feed/use-freshness'
import { useMarketClock } from './use-market-clock'

export interface LeadPhase {
  exchange: string
  phase: Phase
  /** What comes next; null when the day is over, and while the clock stands. */
  next: NextPhase | null
}

/** Where the day is, on the exchange that leads it. */
export function useLeadPhase(): LeadPhase {
  const session = useSession()
  const { isStale } = useFreshness()
  const clockMs = useMarketClock()
  const { exchange, phase } = leadPhase(session)
  const next = clockMs === null || phase === 'closed' || isStale ? null : nextPhase(exchange, clockMs)
  return { exchange, phase, next }
}
