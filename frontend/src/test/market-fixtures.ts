import type { IndexData, MarketSnapshot, PriceData } from '@/shared/api/models'
import type { SymbolState } from '@/shared/market-store/market-store'

/** Small, believable pieces of a market. */

export const price = (change: Partial<PriceData> = {}): PriceData => ({
  exchange: 'HOSE', phase: 'continuous', ref_price: 10_000, ceiling: 10_700, floor: 9300, last_price: 10_100, change: 100, change_pct: 1,
  last_volume: 500, total_volume: 1_000_000, high: 10_200, low: 9900, avg_price: 10_050,
  bids: [[10_100, 300], [10_050, 200], [10_000, 100]], asks: [[10_150, 400]],
  ...change,
})

export const index = (change: Partial<IndexData> = {}): IndexData => ({
  index_id: 'VN30', value: 1942.18, prior_value: 1930.56, change: 11.62, ratio_change: 0.6, advances: 18, declines: 10, no_changes: 2, ceilings: 1, floors: 1,
  last_updated: '2026-11-20T14:21:36+07:00', ...change,
})

export const snapshot = (prices: Record<string, PriceData>, change: Partial<MarketSnapshot> = {}): MarketSnapshot => ({
  prices,
  quotes: {},
  indices: {},
  session: { trading_date: '2026-11-20', phase: { HOSE: 'continuous' }, is_final: false },
  feed: { source: 'ssi', state: 'live', ages: { MI: 1 } },
  ...change,
})

export const symbolState = (symbol: string, change: Partial<PriceData> = {}): SymbolState => {
  const current = price(change)
  return { symbol, price: current, previous: current, foreign: null, contract: null }
}
