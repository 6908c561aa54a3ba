import type { DerivativesContract, Level, MarketSnapshot, PriceData } from '@/shared/api/models'

export const DERIVATIVES = 'DERIVATIVES' // the stream's exchange name of futures

export function contractsOf(snapshot: MarketSnapshot): ReadonlyMap<string, DerivativesContract> {
  return new Map((snapshot.derivatives?.contracts ?? []).map((contract) => [contract.symbol, contract]))
}

const level = (price: number | null | undefined): Level[] => (price ? [[price, 0]] : [])

function priceOf(contract: DerivativesContract): PriceData {
  const { last_price: last, change } = contract
  return {
    exchange: DERIVATIVES,
    last_price: last ?? null,
    change: change ?? null,
    change_pct: contract.change_pct ?? null,
    ref_price: last != null && change != null ? Number((last - change).toFixed(1)) : null,
    total_volume: contract.volume ?? null,
    bids: level(contract.bid_price),
    asks: level(contract.ask_price),
  }
}

/** Contracts get a row of their own even where `prices` does not name them. */
export function withContracts(snapshot: MarketSnapshot): MarketSnapshot['prices'] {
  const prices: Record<string, PriceData> = { ...snapshot.prices }
  for (const contract of snapshot.derivatives?.contracts ?? []) prices[contract.symbol] ??= priceOf(contract)
  return prices
}
