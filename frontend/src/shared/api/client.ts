import type { BasisPoint, ForeignDetail, MarketSnapshot } from './models'

/** The REST routes the dashboard reads (SPEC section 8). Same origin, so paths are enough. */

export class ApiError extends Error {
  readonly httpStatus: number
  constructor(httpStatus: number, path: string) {
    super(`${path}: HTTP ${httpStatus}`)
    this.name = 'ApiError'
    this.httpStatus = httpStatus
  }
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, ...(signal && { signal }) })
  if (!response.ok) throw new ApiError(response.status, path)
  return (await response.json()) as T
}

export interface DashboardConfig {
  palette?: string | null
  version?: string | null
}

export const fetchConfig = (signal?: AbortSignal) => getJson<DashboardConfig>('/api/config', signal)
export const fetchVn30 = (signal?: AbortSignal) => getJson<{ symbols: readonly string[] }>('/api/vn30-components', signal)
export const fetchSnapshot = (signal?: AbortSignal) => getJson<MarketSnapshot>('/api/market/snapshot', signal)
export const fetchForeignDetail = (signal?: AbortSignal) => getJson<ForeignDetail>('/api/market/foreign-detail', signal)
export const fetchBasisTrend = (minutes: number, signal?: AbortSignal) =>
  getJson<readonly BasisPoint[]>(`/api/market/basis-trend?minutes=${minutes}`, signal)
