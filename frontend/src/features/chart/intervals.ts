import type { Interval } from '@/shared/api/models'

export const INTERVALS = ['1m', '5m', '15m', '30m', '1h', '1d'] as const satisfies readonly Interval[]
export const RANGES = ['1D', '5D', '1M', '6M', '1Y'] as const
export type Range = (typeof RANGES)[number]

const MINUTE_MS = 60_000
export const INTERVAL_MS: Readonly<Record<Interval, number>> = {
  '1m': MINUTE_MS, '5m': 5 * MINUTE_MS, '15m': 15 * MINUTE_MS, '30m': 30 * MINUTE_MS, '1h': 60 * MINUTE_MS, '1d': 1440 * MINUTE_MS,
}

/** Trading days. */
export const RANGE_DAYS: Readonly<Record<Range, number>> = { '1D': 1, '5D': 5, '1M': 22, '6M': 125, '1Y': 250 }

/** At most, of any market: futures have the longest day, an index may publish a little after the close. */
const BARS_A_DAY: Readonly<Record<Interval, number>> = { '1m': 262, '5m': 56, '15m': 21, '30m': 12, '1h': 8, '1d': 1 }
const BARS_MAX = 5000 // of one answer
const BARS_MIN = 5
/** Moving averages start with the range, not 50 bars into it. */
const LEAD_BARS = 50

/** The ranges that give a chart worth looking at in one answer. */
export const rangesOf = (interval: Interval): readonly Range[] =>
  RANGES.filter((range) => {
    const bars = RANGE_DAYS[range] * BARS_A_DAY[interval]
    return bars >= BARS_MIN && bars + LEAD_BARS <= BARS_MAX
  })

export const DEFAULT_RANGE: Readonly<Record<Interval, Range>> = { '1m': '1D', '5m': '5D', '15m': '5D', '30m': '1M', '1h': '1M', '1d': '1Y' }

export const barLimit = (interval: Interval, range: Range): number => RANGE_DAYS[range] * BARS_A_DAY[interval] + LEAD_BARS

const OFFSET_MS = 7 * 3_600_000

/** When the bar began that a moment belongs to, epoch ms; days begin at midnight in Vietnam. */
export function barStart(timeMs: number, interval: Interval): number {
  const step = INTERVAL_MS[interval]
  return Math.floor((timeMs + OFFSET_MS) / step) * step - OFFSET_MS
}
