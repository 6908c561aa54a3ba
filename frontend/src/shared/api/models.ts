import type { components } from './schema.gen'

/**
 * The shapes the backend sends, as its OpenAPI document has them (`npm run api`).
 *
 * Units: equity prices in VND, futures and indices in points, volumes in shares or contracts, values in VND.
 */

type Schemas = components['schemas']

/** On the wire null and an absent field mean the same, so every field may be either; `Known` names those that never are. */
type Sparse<T, Known extends keyof T = never> = { readonly [K in keyof T]?: T[K] | null } & { readonly [K in Known]: T[K] }

export type Phase = Schemas['Phase']
export type FeedSource = Schemas['FeedSource']
export type FeedState = Schemas['FeedState']
/** [price, volume] */
export type Level = Schemas['PriceData']['bids'][number]
export type PriceData = Sparse<Schemas['PriceData']>
export type SessionBreakdown = Sparse<Schemas['SessionBreakdown']>
type Breakdowns = 'ato' | 'continuous' | 'atc' | 'plo' | 'other'
export type SessionStats = Sparse<Omit<Schemas['SessionStats'], Breakdowns>, 'symbol'> & { readonly [K in Breakdowns]?: SessionBreakdown | null }
/** How far the classification of a symbol's prints can be trusted. */
export type AuditRow = Sparse<Schemas['AuditRow'], 'symbol'>
export type IntradayPoint = Readonly<Schemas['IntradayPoint']>
export type IndexData = Sparse<Omit<Schemas['IndexData'], 'intraday'>, 'index_id' | 'value' | 'prior_value' | 'change' | 'ratio_change'> & {
  readonly intraday?: readonly IntradayPoint[] | null
}
export type ForeignInvestorData = Sparse<Schemas['ForeignInvestorData'], 'symbol'>
export type ForeignSummary = Sparse<Omit<Schemas['ForeignSummary'], 'top_buy' | 'top_sell'>>
/** Foreign totals of the day up to the end of a minute. */
export type ForeignMinute = Readonly<Schemas['ForeignMinute']>
/** Traded within a minute, over many stocks. */
export type ActiveMinute = Readonly<Schemas['ActiveMinute']>
/** Traded of one stock within a quarter of an hour. */
export type ActiveQuarter = Readonly<Schemas['ActiveQuarter']>
export interface ForeignDetail {
  readonly summary: ForeignSummary
  readonly stocks: readonly ForeignInvestorData[]
}
export type DerivativesContract = Sparse<Schemas['DerivativesContract'], 'symbol'>
export type DerivativesData = DerivativesContract & { readonly contracts?: readonly DerivativesContract[] | null }
export type BasisPoint = Readonly<Schemas['BasisPoint']>
export type AlertType = Schemas['AlertType']
export type Severity = Schemas['Severity']
/** `data` says what of this alert_type: SPEC section 6; read with care, it is stored as it was written. */
export type Alert = Readonly<Schemas['Alert']>
export type Bar = Readonly<Schemas['Bar']>
export type Close = Readonly<Schemas['Close']>
export type Interval = Schemas['Interval']
export type StoredGap = Readonly<Schemas['StoredGap']>
export type ForeignSnapshot = Readonly<Schemas['ForeignSnapshot']>
export type SessionInfo = Sparse<Schemas['SessionInfo']>
/** `ages`: seconds since the last message of each channel, when this was sent. */
export type FeedStatus = Sparse<Schemas['FeedStatus'], 'source' | 'state'>
export type StatusMessage = FeedStatus & { readonly type: 'status' }

export interface MarketSnapshot {
  readonly quotes?: Readonly<Record<string, SessionStats>> | null
  readonly prices: Readonly<Record<string, PriceData>>
  readonly indices?: Readonly<Record<string, IndexData>> | null
  readonly derivatives?: DerivativesData | null
  readonly session?: SessionInfo | null
  readonly feed?: FeedStatus | null
}
