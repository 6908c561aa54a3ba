import createClient from 'openapi-fetch'
import type { BasisPoint, ForeignInvestorData, MarketSnapshot } from './models'
import type { components, paths } from './schema.gen'

/** The REST routes the dashboard reads (SPEC section 8), on the origin it came from. */

// `fetch` is looked up at each call, so that a test can put its own in place.
export const rest = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => fetch(request) })

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

type Config = components['schemas']['DashboardConfig']

export const fetchConfig = async (signal: AbortSignal): Promise<Config> => dataOf(await rest.GET('/api/config', { signal }))

export const fetchVn30 = async (signal: AbortSignal): Promise<readonly string[]> =>
  dataOf(await rest.GET('/api/vn30-components', { signal })).symbols

/** The cast gives back what openapi-fetch takes from tuples: it reads [price, volume] as number[]. */
export const fetchSnapshot = async (signal: AbortSignal): Promise<MarketSnapshot> =>
  dataOf(await rest.GET('/api/market/snapshot', { signal })) as unknown as MarketSnapshot

export const fetchForeignStocks = async (signal: AbortSignal): Promise<readonly ForeignInvestorData[]> =>
  dataOf(await rest.GET('/api/market/foreign-detail', { signal })).stocks

export const fetchBasisTrend = async (minutes: number, signal: AbortSignal): Promise<readonly BasisPoint[]> =>
  dataOf(await rest.GET('/api/market/basis-trend', { params: { query: { minutes } }, signal }))
