/**
 * The shapes the backend sends, field for field those of backend/app/market/models.py.
 *
 * Units: equity prices in VND, futures and indices in points, volumes in shares or contracts, values in VND.
 * null and an absent field mean the same, so what may be absent is optional here.
 */

export type Phase =
  | 'pre_open' | 'ato' | 'continuous' | 'lunch' | 'atc' | 'plo' | 'put_through' | 'closed' | 'halted' | 'unknown'
export type FeedSource = 'ssi' | 'simulator' | 'replay'
export type FeedState =
  | 'connecting' | 'live' | 'quiet' | 'partial' | 'stalled' | 'reconnecting' | 'lunch' | 'closed' | 'failed'

/** [price, volume] */
export type Level = readonly [number, number]

export interface PriceData {
  last_price?: number | null
  change?: number | null
  change_pct?: number | null
  ref_price?: number | null
  ceiling?: number | null
  floor?: number | null
  open?: number | null
  high?: number | null
  low?: number | null
  avg_price?: number | null
  total_volume?: number | null
  total_value?: number | null
  last_volume?: number | null
  bids?: readonly Level[] | null
  asks?: readonly Level[] | null
  exchange?: string | null
  phase?: Phase | null
  est_match_price?: number | null
}

export interface SessionStats {
  symbol: string
  last_updated?: string | null
}

export interface IntradayPoint {
  timestamp: string
  value: number
}

export interface IndexData {
  index_id: string
  value: number
  prior_value: number
  change: number
  ratio_change: number
  total_volume?: number | null
  total_value?: number | null
  advances?: number | null
  declines?: number | null
  no_changes?: number | null
  ceilings?: number | null
  floors?: number | null
  intraday?: readonly IntradayPoint[] | null
  last_updated?: string | null
}

export interface ForeignInvestorData {
  symbol: string
  buy_volume?: number | null
  sell_volume?: number | null
  total_room?: number | null
  current_room?: number | null
}

export interface ForeignDetail {
  stocks: readonly ForeignInvestorData[]
}

export interface DerivativesContract {
  symbol: string
  last_price?: number | null
  change?: number | null
  change_pct?: number | null
  volume?: number | null
  bid_price?: number | null
  ask_price?: number | null
  basis?: number | null
  basis_pct?: number | null
  is_premium?: boolean | null
  last_updated?: string | null
  alias?: string | null
  expiry_date?: string | null
  stale?: boolean | null
}

export interface DerivativesData extends DerivativesContract {
  contracts?: readonly DerivativesContract[] | null
}

export interface BasisPoint {
  timestamp: string
  futures_symbol: string
  futures_price: number
}

export interface SessionInfo {
  trading_date?: string | null
  phase?: Readonly<Record<string, Phase>> | null
  is_final?: boolean | null
}

/** `ages`: seconds since the last message of each channel, when this was sent. */
export interface FeedStatus {
  source: FeedSource
  state: FeedState
  since?: string | null
  connected?: boolean | null
  ages?: Readonly<Record<string, number>> | null
  muted_channels?: readonly string[] | null
  reason?: string | null
}

export interface StatusMessage extends FeedStatus {
  type: 'status'
}

export interface MarketSnapshot {
  quotes?: Readonly<Record<string, SessionStats>> | null
  prices: Readonly<Record<string, PriceData>>
  indices?: Readonly<Record<string, IndexData>> | null
  derivatives?: DerivativesData | null
  session?: SessionInfo | null
  feed?: FeedStatus | null
}
