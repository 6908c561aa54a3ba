import type { BasisSample } from './basis-sample'

/**
 * The session as evenly spaced places with lunch taken out, so that the charts of a page line up and a quiet minute is
 * as wide as a busy one.
 */

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const OPEN_MS = 9 * HOUR_MS
const LUNCH_MS = 11.5 * HOUR_MS
const AFTERNOON_MS = 13 * HOUR_MS
const CLOSE_MS = 14.75 * HOUR_MS

export const midnightOf = (timeMs: number): number => {
  const offset = 7 * HOUR_MS
  return Math.floor((timeMs + offset) / (24 * HOUR_MS)) * 24 * HOUR_MS - offset
}

/** Milliseconds of trading since the open of the day, lunch not counted; clamped to the session. */
export function tradedMs(timeMs: number): number {
  const clock = timeMs - midnightOf(timeMs)
  const morning = Math.min(Math.max(clock, OPEN_MS), LUNCH_MS) - OPEN_MS
  const afternoon = Math.min(Math.max(clock, AFTERNOON_MS), CLOSE_MS) - AFTERNOON_MS
  return morning + afternoon
}

/** The other way: `dayMs` is midnight in Vietnam. */
export function timeOfTraded(dayMs: number, traded: number): number {
  const morning = LUNCH_MS - OPEN_MS
  return dayMs + (traded < morning ? OPEN_MS + traded : AFTERNOON_MS + traded - morning)
}

const SESSION_MS = LUNCH_MS - OPEN_MS + CLOSE_MS - AFTERNOON_MS

/** The whole session around a moment: a place each `stepMs`. */
export function sessionAxis(timeMs: number, stepMs: number): readonly number[] {
  const day = midnightOf(timeMs)
  return Array.from({ length: Math.floor(SESSION_MS / stepMs) + 1 }, (_, i) => timeOfTraded(day, i * stepMs))
}

/** The last `lengthMs` of trading up to a moment; never from before the open. */
export function windowAxis(timeMs: number, lengthMs: number, stepMs: number): readonly number[] {
  const day = midnightOf(timeMs)
  const last = Math.ceil(tradedMs(timeMs) / stepMs)
  const count = Math.floor(lengthMs / stepMs)
  const first = Math.max(0, last - count)
  return Array.from({ length: count + 1 }, (_, i) => timeOfTraded(day, (first + i) * stepMs))
}

/** A basis older than this says nothing of a place. */
const HOLD_MS = 2 * MINUTE_MS

/**
 * The newest sample of each place, null where none is fresh enough; nothing after the last sample. Lunch ages nothing.
 */
export function resample(samples: readonly BasisSample[], axis: readonly number[]): readonly (BasisSample | null)[] {
  const end = samples.at(-1)
  const places: (BasisSample | null)[] = []
  let next = 0
  let current: BasisSample | null = null
  for (const place of axis) {
    for (let sample = samples[next]; sample && sample.timeMs <= place; sample = samples[++next]) current = sample
    const isFresh: boolean = current !== null && tradedMs(place) - tradedMs(current.timeMs) <= HOLD_MS && midnightOf(current.timeMs) === midnightOf(place)
    places.push(isFresh ? current : null)
    if (!end || place >= end.timeMs) break
  }
  return places
}

/** The stretches between the first and the last value that have none: at least two places long. */
export function holesOf(axis: readonly number[], places: readonly (BasisSample | null)[]): readonly { fromMs: number; toMs: number }[] {
  const holes: { fromMs: number; toMs: number }[] = []
  let before = -1
  places.forEach((place, i) => {
    if (!place) return
    const from = axis[before + 1]
    const to = axis[i - 1]
    if (before >= 0 && i - before > 2 && from !== undefined && to !== undefined) holes.push({ fromMs: from, toMs: to })
    before = i
  })
  return holes
}
