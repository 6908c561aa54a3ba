import type { Alert } from '@/shared/api/models'
import { parseMoment } from '@/shared/time/market-time'

/** How long a spike counts as one of now, on the market's clock. */
export const SPIKE_MINUTES = 15

/** The symbols that a volume spike was signalled of lately; `alerts` newest first. */
export function spikedSymbols(alerts: readonly Alert[], marketMs: number): ReadonlySet<string> {
  const since = marketMs - SPIKE_MINUTES * 60_000
  const symbols = new Set<string>()
  for (const { alert_type: type, symbol, timestamp } of alerts) {
    const at = parseMoment(timestamp)
    if (at === null) continue
    if (at < since) break
    if (type === 'VOLUME_SPIKE') symbols.add(symbol)
  }
  return symbols
}
