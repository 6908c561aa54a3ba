import { fetchCloses } from '@/shared/api/client'
import type { Close } from '@/shared/api/models'
import { sessionPlace } from '@/shared/time/trading-day'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'

/** The day's line of each row: rows that come onto the screen together are asked for in one request. */

const GATHER_MS = 50
const LIMIT_MS = 20_000

export type DayLine = readonly SparkPoint[]

/** Of one symbol on one date, out of an answer that may have more. */
export const lineOf = (closes: readonly Close[], symbol: string, date: string): DayLine =>
  closes.flatMap((close) => {
    const place = close.symbol === symbol && close.timestamp.startsWith(date) ? sessionPlace(close.timestamp) : null
    return place === null ? [] : [{ place, value: close.close }]
  })

let waiting = new Set<string>()
let next: Promise<readonly Close[]> | null = null

async function gather(): Promise<readonly Close[]> {
  await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
  const symbols = [...waiting].sort()
  waiting = new Set()
  next = null
  return fetchCloses(symbols, AbortSignal.timeout(LIMIT_MS))
}

export async function fetchDayLine(symbol: string, date: string): Promise<DayLine> {
  waiting.add(symbol)
  next ??= gather()
  return lineOf(await next, symbol, date)
}
