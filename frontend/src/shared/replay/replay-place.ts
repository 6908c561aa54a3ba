import type { Replay } from '@/shared/api/client'
import { parseMoment } from '@/shared/time/market-time'

/** Where a replay stands, moved on since the server said so; epoch ms of the market. */
export function replayPlace(replay: Replay, toldAtMs: number, nowMs: number): number {
  const position = parseMoment(replay.position) ?? 0
  if (replay.is_paused || replay.is_seeking || replay.has_ended) return position
  const moved = position + Math.max(0, nowMs - toldAtMs) * replay.speed
  return Math.min(moved, parseMoment(replay.to) ?? moved)
}
