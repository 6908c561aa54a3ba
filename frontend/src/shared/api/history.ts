import { ApiError, rest } from './client'
import type { Alert, AlertType, Bar, ForeignSnapshot, Interval, Severity, StoredGap } from './models'

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

export interface AlertQuery {
  /** null: every one. */
  readonly severity: Severity | null
  readonly types: readonly AlertType[] | null
  readonly symbol: string | null
  /** Dates, both included; '' is open. */
  readonly from: string
  readonly to: string
}

export interface AlertPage {
  readonly alerts: readonly Alert[]
  /** Leads to older ones. */
  readonly next: string | null
}

/** Stored alerts, newest first. */
export async function fetchAlertPage({ severity, types, symbol, from, to }: AlertQuery, limit: number, cursor: string | null, signal: AbortSignal): Promise<AlertPage> {
  const query = { limit, ...(severity && { severity }), ...(types && { type: [...types] }), ...(symbol && { symbol }), ...(from && { from }), ...(to && { to }), ...(cursor && { cursor }) }
  const { data, response } = await rest.GET('/api/history/alerts', { params: { query }, signal })
  if (data === undefined || typeof data === 'string') throw new ApiError(response)
  return { alerts: data.data, next: data.next_cursor }
}
