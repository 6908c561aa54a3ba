import type { Level, PriceData } from '@/shared/api/models'

/** Sums over the three levels that the feed gives. */

const volumeOf = (levels: readonly Level[] | null | undefined): number => (levels ?? []).reduce((sum, [, volume]) => sum + volume, 0)

export interface Book {
  bidVolume: number
  askVolume: number
  /** The largest single level: the common scale of both sides' bars. */
  largest: number
}

export function bookOf(price: PriceData): Book {
  const levels = [...(price.bids ?? []), ...(price.asks ?? [])]
  return { bidVolume: volumeOf(price.bids), askVolume: volumeOf(price.asks), largest: Math.max(1, ...levels.map(([, volume]) => volume)) }
}

const AUCTIONS: ReadonlySet<string> = new Set(['ato', 'atc', 'plo'])

export interface Auction {
  /** Indicative price; null before there is one. */
  price: number | null
  /** More wanted than offered (> 0), or the other way round, at the levels shown. */
  imbalance: number
}

/** null outside of the call auctions. PLO trades at the closing price, so it has no indicative one. */
export function auctionOf(price: PriceData): Auction | null {
  if (!AUCTIONS.has(price.phase ?? '')) return null
  const { bidVolume, askVolume } = bookOf(price)
  return { price: price.est_match_price || null, imbalance: bidVolume - askVolume }
}
