import type { BasisSample } from './basis-sample'
import { tradedMs } from './session-grid'

export type Trend = 'narrowing' | 'widening' | 'steady'

export interface Convergence {
  /** Points a minute of trading. */
  readonly slope: number
  readonly trend: Trend
  /** Minutes until the basis is zero if it goes on like this; null unless it narrows and that is within the day. */
  readonly minutesToZero: number | null
  /** 15 minutes of trading ago; null if the day is younger. */
  readonly before: BasisSample | null
}

const MINUTE_MS = 60_000
const SLOPE_MS = 10 * MINUTE_MS
const BEFORE_MS = 15 * MINUTE_MS
const SAMPLES_MIN = 5
const SPAN_MIN_MS = 2 * MINUTE_MS
const STEADY_BELOW = 0.02 // points a minute: a tick in five
const ETA_MAX_MIN = 240

/** Least squares, in points a minute. */
function slopeOf(samples: readonly BasisSample[]): number {
  const times = samples.map((sample) => tradedMs(sample.timeMs) / MINUTE_MS)
  const meanTime = times.reduce((sum, time) => sum + time, 0) / times.length
  const meanBasis = samples.reduce((sum, sample) => sum + sample.basis, 0) / samples.length
  let above = 0
  let below = 0
  samples.forEach((sample, i) => {
    const distance = (times[i] ?? 0) - meanTime
    above += distance * (sample.basis - meanBasis)
    below += distance * distance
  })
  return below ? above / below : 0
}

/** Where the basis is going; null while there is too little to say. Samples of one day, ascending. */
export function convergenceOf(samples: readonly BasisSample[]): Convergence | null {
  const last = samples.at(-1)
  if (!last) return null
  const now = tradedMs(last.timeMs)
  const recent = samples.filter((sample) => now - tradedMs(sample.timeMs) <= SLOPE_MS)
  const [oldest] = recent
  if (!oldest || recent.length < SAMPLES_MIN || now - tradedMs(oldest.timeMs) < SPAN_MIN_MS) return null
  const slope = slopeOf(recent)
  const outward = Math.sign(last.basis) * slope
  const trend: Trend = Math.abs(slope) < STEADY_BELOW ? 'steady' : outward < 0 ? 'narrowing' : 'widening'
  const minutes = trend === 'narrowing' ? Math.abs(last.basis / slope) : Infinity
  return {
    slope,
    trend,
    minutesToZero: minutes <= ETA_MAX_MIN ? minutes : null,
    before: samples.findLast((sample) => now - tradedMs(sample.timeMs) >= BEFORE_MS) ?? null,
  }
}

/** How the basis usually stands. */
export interface Spread {
  readonly mean: number
  readonly sigma: number
  /** Over so many sessions. */
  readonly sessions: number
}

const SESSIONS_MIN = 2

/** Mean and standard deviation of the basis over several sessions; null if there are too few. */
export function spreadOf(samples: readonly BasisSample[], sessions: number): Spread | null {
  if (sessions < SESSIONS_MIN || samples.length < SAMPLES_MIN) return null
  const mean = samples.reduce((sum, { basis }) => sum + basis, 0) / samples.length
  const variance = samples.reduce((sum, { basis }) => sum + (basis - mean) ** 2, 0) / samples.length
  return { mean, sigma: Math.sqrt(variance), sessions }
}
