import { sessionPlace } from '@/shared/time/trading-day'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'

export const MINUTES_BEFORE = 30

/** Of a day's line the half hour of trading up to a moment, on places 0 to 29. */
export function lineBefore(day: readonly SparkPoint[], moment: string): SparkPoint[] {
  const end = sessionPlace(moment)
  if (end === null) return []
  const first = end - MINUTES_BEFORE + 1
  return day.filter(({ place }) => place >= first && place <= end).map(({ place, value }) => ({ place: place - first, value }))
}
