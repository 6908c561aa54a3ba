import createClient from 'openapi-fetch'
import { authorizedFetch } from '@/shared/session/authorized-fetch'
import type { ActiveMinute, ActiveQuarter, Alert, AuditRow, BasisPoint, Close, ForeignDetail, ForeignInvestorData, ForeignMinute, MarketSnapshot } from './models'
import type { components, paths } from './schema.gen'

/** The REST routes the dashboard reads (SPEC section 8), on the origin it came from. */

const REQUEST_LIMIT_MS = 20_000 // one that hangs on a dead connection would keep the next from being asked, for minutes

function limited(asked: AbortSignal): AbortSignal {
  const limit = new AbortController()
  const abort = (): void => limit.abort()
  setTimeout(abort, REQUEST_LIMIT_MS)
  if (asked.aborted) abort()
  else asked.addEventListener('abort', abort, { once: true })
  return limit.signal
}

// `fetch` is looked up at each call, so that a test can put its own in place.
export const rest = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => authorizedFetch(request, limited(request.signal)),
})

export class ApiError extends Error {
  readonly httpStatus: number
  constructor(response: Response) {
    super(`${new URL(response.url || 'http://unknown/').pathname}: HTTP ${response.status}`)
    this.name = 'ApiError'
    this.httpStatus = response.status
  }
}

export function dataOf<T>({ data, response }: { data?: T; response: Response }): T {
  if (data === undefined) throw new ApiError(response)
  return data
}

export type Health = components['schemas']['Health']
export type Gap = components['schemas']['StoredGap']
export type WebSocketStats = components['schemas']['WebSocketStats']
export type ConnectionEntry = components['schemas']['ConnectionEntry']

/** Samples of the server's metrics by their names, counters since its start. */
export type Figures = components['schemas']['SystemFigures']['figures']
export const fetchFigures = async (signal: AbortSignal): Promise<Figures> => dataOf(await rest.GET('/api/system/figures', { signal })).figures

export type AlertRules = components['schemas']['AlertRules']
export const fetchAlertRules = async (signal: AbortSignal): Promise<AlertRules> => dataOf(await rest.GET('/api/market/alert-rules', { signal }))

export const fetchHealth = async (signal: AbortSignal): Promise<Health> => dataOf(await rest.GET('/health', { signal }))

/** The ledger of losses, newest trading date first. */
export const fetchGaps = async (limit: number, signal: AbortSignal): Promise<readonly Gap[]> =>
  (dataOf(await rest.GET('/api/history/gaps', { params: { query: { limit } }, signal })) as { data: readonly Gap[] }).data

/** For operators: with a token, or from the machine itself. */
export const fetchWebSocketStats = async (signal: AbortSignal): Promise<WebSocketStats> => dataOf(await rest.GET('/api/ws/stats', { signal }))
export const fetchConnections = async (signal: AbortSignal): Promise<readonly ConnectionEntry[]> =>
  dataOf(await rest.GET('/api/ws/connections', { signal }))

/** The recording that is replayed, its phases and gaps, and where it stands. */
export type Replay = components['schemas']['Replay']
export type ReplayChange = components['schemas']['ReplayChange']
export const fetchReplay = async (signal: AbortSignal): Promise<Replay> => dataOf(await rest.GET('/api/replay', { signal }))
/** For operators: with a token, or from the machine itself. */
export const changeReplay = async (body: ReplayChange): Promise<Replay> => dataOf(await rest.POST('/api/replay', { body }))

export type Config = components['schemas']['DashboardConfig']

export const fetchConfig = async (signal: AbortSignal): Promise<Config> => dataOf(await rest.GET('/api/config', { signal }))

export const fetchVn30 = async (signal: AbortSignal): Promise<readonly string[]> =>
  dataOf(await rest.GET('/api/vn30-components', { signal })).symbols

/** The cast gives back what openapi-fetch takes from tuples: it reads [price, volume] as number[]. */
export const fetchSnapshot = async (signal: AbortSignal): Promise<MarketSnapshot> =>
  dataOf(await rest.GET('/api/market/snapshot', { signal })) as unknown as MarketSnapshot

export const fetchForeignStocks = async (signal: AbortSignal): Promise<readonly ForeignInvestorData[]> =>
  dataOf(await rest.GET('/api/market/foreign-detail', { signal })).stocks

export const fetchForeignDetail = async (signal: AbortSignal): Promise<ForeignDetail> =>
  dataOf(await rest.GET('/api/market/foreign-detail', { signal }))

export const fetchAudit = async (signal: AbortSignal): Promise<Readonly<Record<string, AuditRow>>> =>
  dataOf(await rest.GET('/api/market/classification-audit', { signal }))

export type AuditReport = components['schemas']['AuditReport']

export const fetchAuditReport = async (signal: AbortSignal): Promise<AuditReport> => dataOf(await rest.GET('/api/audit', { signal }))

/** Sector names with their symbols. */
export const fetchSectors = async (signal: AbortSignal): Promise<Readonly<Record<string, readonly string[]>>> =>
  dataOf(await rest.GET('/api/sectors', { signal })).sectors

export const fetchBasisTrend = async (minutes: number, signal: AbortSignal): Promise<readonly BasisPoint[]> =>
  dataOf(await rest.GET('/api/market/basis-trend', { params: { query: { minutes } }, signal }))

/** The live buffer, newest first. */
export const fetchAlerts = async (limit: number, signal: AbortSignal): Promise<readonly Alert[]> =>
  dataOf(await rest.GET('/api/market/alerts', { params: { query: { limit } }, signal }))

const SPIKES_MAX = 200
/** Volume spikes of the live buffer, newest first. */
export const fetchVolumeSpikes = async (signal: AbortSignal): Promise<readonly Alert[]> =>
  dataOf(await rest.GET('/api/market/alerts', { params: { query: { limit: SPIKES_MAX, type: 'VOLUME_SPIKE' } }, signal }))

/** History answers are CSV only where that is asked for. */
const rowsOf = <T>(answer: { data: readonly T[] } | string): readonly T[] => (typeof answer === 'string' ? [] : answer.data)

export const fetchForeignMinutes = async (days: number, signal: AbortSignal): Promise<readonly ForeignMinute[]> =>
  rowsOf(dataOf(await rest.GET('/api/history/market/foreign', { params: { query: { days } }, signal })))

/** null: all tracked stocks. */
const named = (symbols: readonly string[] | null) => (symbols ? { symbols: symbols.join(',') } : {})

export const fetchActiveMinutes = async (symbols: readonly string[] | null, signal: AbortSignal): Promise<readonly ActiveMinute[]> =>
  rowsOf(dataOf(await rest.GET('/api/history/market/active', { params: { query: { days: 1, ...named(symbols) } }, signal })))

export const fetchActiveQuarters = async (symbols: readonly string[], signal: AbortSignal): Promise<readonly ActiveQuarter[]> =>
  rowsOf(dataOf(await rest.GET('/api/history/market/active/quarters', { params: { query: { days: 1, ...named(symbols) } }, signal })))

/** The last price of each of these symbols in each five minutes of the day, by symbol, oldest first. */
export const fetchCloses = async (symbols: readonly string[], signal: AbortSignal): Promise<readonly Close[]> =>
  rowsOf(dataOf(await rest.GET('/api/history/market/closes', { params: { query: { days: 1, ...named(symbols) } }, signal })))
