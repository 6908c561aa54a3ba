import type { MarketSnapshot } from '@/shared/api/models'
import { parseMoment } from '@/shared/time/market-time'

/** The greatest exchange time in a state, epoch ms; 0 when it names none. Moments of one zone compare as text. */
export function latestMoment(snapshot: MarketSnapshot): number {
  let latest = snapshot.derivatives?.last_updated ?? ''
  for (const stats of Object.values(snapshot.quotes ?? {})) if (stats.last_updated && stats.last_updated > latest) latest = stats.last_updated
  for (const index of Object.values(snapshot.indices ?? {})) if (index.last_updated && index.last_updated > latest) latest = index.last_updated
  return parseMoment(latest) ?? 0
}
