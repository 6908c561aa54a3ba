import type { Freshness } from '@/shared/feed/freshness'

export interface DataTime {
  exchangeMs: number
  seenAt: number
}

/**
 * Market time as the screen may show it, epoch ms; null before the first data.
 * Stale data: the time of what is shown, so the clock stands. SSI: the wall clock is the market's. Simulator and
 * replay: their own time, moved on since it was last heard, and standing once their day is over.
 */
export function marketClock(data: DataTime, freshness: Freshness, isDayOver: boolean, nowMs: number): number | null {
  if (!data.exchangeMs) return null
  if (freshness.isStale) return data.exchangeMs
  if (freshness.source === 'ssi') return nowMs
  return isDayOver ? data.exchangeMs : data.exchangeMs + Math.max(0, nowMs - data.seenAt)
}
