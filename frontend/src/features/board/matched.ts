import type { PriceData } from '@/shared/api/models'
import { auctionOf } from '@/shared/quote/book'

/**
 * What the matched columns show. In a call auction nothing is being matched: there stand, as on Vietnamese boards, the
 * price it would match at and, for the volume, which side is short. A last match stays until an indicative price is known.
 */

export const isIndicative = (price: PriceData): boolean => {
  const auction = auctionOf(price)
  return auction !== null && (auction.price !== null || !price.last_price)
}

export const matchedPrice = (price: PriceData): number | null => (isIndicative(price) ? price.est_match_price : price.last_price) || null

export function matchedChange(price: PriceData): number | null {
  if (!isIndicative(price)) return price.last_price ? (price.change ?? null) : null
  const shown = matchedPrice(price)
  return shown && price.ref_price ? shown - price.ref_price : null
}

export function matchedPercent(price: PriceData): number | null {
  if (!isIndicative(price)) return price.last_price ? (price.change_pct ?? null) : null
  const change = matchedChange(price)
  return change === null || !price.ref_price ? null : (change / price.ref_price) * 100
}

/** The last match's volume; in an auction what is wanted less what is offered at the three levels. */
export const matchedVolume = (price: PriceData): number | null =>
  isIndicative(price) ? (auctionOf(price)?.imbalance ?? null) : (price.last_volume ?? null)
