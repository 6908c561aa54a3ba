import type { Replay } from '@/shared/api/client'
import { parseMoment } from '@/shared/time/market-time'

/** A recording as a track from 0 to 1. Moments are epoch ms. */

export interface TrackPart {
  kind: 'phase' | 'gap' | 'idle'
  label: string
  fromMs: number
  toMs: number
  /** Shares of the track. */
  left: number
  width: number
}

export interface Track {
  fromMs: number
  toMs: number
  parts: readonly TrackPart[]
}

const GAP_WIDTH_MIN = 0.002 // or nobody would see it

export function trackOf(replay: Replay): Track {
  const fromMs = parseMoment(replay.from) ?? 0
  const toMs = Math.max(fromMs + 1, parseMoment(replay.to) ?? 0)
  const parts = replay.markers.map((marker): TrackPart => {
    const [from, to] = [parseMoment(marker.from) ?? fromMs, parseMoment(marker.to) ?? fromMs]
    const width = (to - from) / (toMs - fromMs)
    return {
      kind: marker.kind, label: marker.label, fromMs: from, toMs: to,
      left: (from - fromMs) / (toMs - fromMs), width: marker.kind === 'gap' ? Math.max(GAP_WIDTH_MIN, width) : width,
    }
  })
  return { fromMs, toMs, parts }
}

export const clampPlace = (track: Track, ms: number): number => Math.min(Math.max(ms, track.fromMs), track.toMs)

export const shareOf = (track: Track, ms: number): number => (clampPlace(track, ms) - track.fromMs) / (track.toMs - track.fromMs)

/** The phase of a place; 'closed' outside of all. */
export const phaseAt = (track: Track, ms: number): string =>
  track.parts.find((part) => part.kind === 'phase' && ms >= part.fromMs && ms < part.toMs)?.label ?? 'closed'

const MINUTE_MS = 60_000
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -MINUTE_MS, ArrowDown: -MINUTE_MS, ArrowRight: MINUTE_MS, ArrowUp: MINUTE_MS, PageDown: -15 * MINUTE_MS, PageUp: 15 * MINUTE_MS,
}

/** Where a key leads from a place; null for a key that leads nowhere. */
export function placeByKey(track: Track, ms: number, key: string): number | null {
  if (key === 'Home') return track.fromMs
  if (key === 'End') return track.toMs
  const step = STEPS[key]
  return step === undefined ? null : clampPlace(track, ms + step)
}
