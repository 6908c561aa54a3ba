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
export type SessionStats = Sparse<Schemas['SessionStats'], 'symbol'>
export type IntradayPoint = Readonly<Schemas['IntradayPoint']>
export type IndexData = Sparse<Omit<Schemas['IndexData'], 'intraday'>, 'index_id' | 'value' | 'prior_value' | 'change' | 'ratio_change'> & {
  readonly intraday?: readonly IntradayPoint[] | null
}
export type ForeignInvestorData = Sparse<Schemas['ForeignInvestorData'], 'symbol'>
export type DerivativesContract = Sparse<Schemas['DerivativesContract'], 'symbol'>
export type DerivativesData = DerivativesContract & { readonly contracts?: readonly DerivativesContract[] | null }
export type BasisPoint = Readonly<Schemas['BasisPoint']>
export type Bar = Readonly<Schemas['Bar']>
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
