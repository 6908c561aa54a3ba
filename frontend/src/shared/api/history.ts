import { ApiError, rest } from './client'
import type { Bar, ForeignSnapshot, Interval, StoredGap } from './models'

/** The history routes (docs/rest-api.md). Without a database they answer 503, which is an ApiError with that httpStatus. */

/** The answers may be CSV by their types; JSON is what is asked for. */
function rowsOf<T>({ data, response }: { data?: { data: readonly T[] } | string; response: Response }): readonly T[] {
  if (data === undefined || typeof data === 'string') throw new ApiError(response)
  return data.data
}

export interface BarQuery {
  readonly symbol: string
  readonly interval: Interval
  /** The newest so many. */
  readonly limit: number
}

/** Oldest first. */
export const fetchBars = async ({ symbol, interval, limit }: BarQuery, signal: AbortSignal): Promise<readonly Bar[]> =>
  rowsOf(await rest.GET('/api/history/{symbol}/candles', { params: { path: { symbol }, query: { interval, limit } }, signal }))

/** A symbol's own gaps and those of the whole feed, on the trading dates between two dates, both included. */
export const fetchGaps = async (symbol: string, from: string, to: string, signal: AbortSignal): Promise<readonly StoredGap[]> =>
  rowsOf(await rest.GET('/api/history/gaps', { params: { query: { symbol, from, to } }, signal }))

/** States of the foreign flow, newest first. */
export const fetchForeignStates = async (symbol: string, days: number, signal: AbortSignal): Promise<readonly ForeignSnapshot[]> =>
  rowsOf(await rest.GET('/api/history/{symbol}/foreign', { params: { path: { symbol }, query: { days } }, signal }))

/** One state a day, its last, newest first. */
export const fetchForeignDays = async (symbol: string, days: number, signal: AbortSignal): Promise<readonly ForeignSnapshot[]> =>
  rowsOf(await rest.GET('/api/history/{symbol}/foreign/daily', { params: { path: { symbol }, query: { days } }, signal }))
