/** Which of the five colours a price has: against the limits and the reference of its day. */
export type Band = 'ceil' | 'up' | 'ref' | 'down' | 'floor'

export interface PriceLimits {
  ceiling?: number | null
  floor?: number | null
  ref_price?: number | null
}

/** '' when there is nothing to compare: no price yet, or no reference. */
export function priceBand(price: number | null | undefined, limits: PriceLimits): Band | '' {
  if (!price) return ''
  if (limits.ceiling && price >= limits.ceiling) return 'ceil'
  if (limits.floor && price <= limits.floor) return 'floor'
  if (!limits.ref_price) return ''
  if (price === limits.ref_price) return 'ref'
  return price > limits.ref_price ? 'up' : 'down'
}

export const directionOf = (change: number): 'up' | 'flat' | 'down' => (change > 0 ? 'up' : change < 0 ? 'down' : 'flat')

/** Colour is never the only cue. */
export const directionMark = (change: number): string => (change > 0 ? '▲' : change < 0 ? '▼' : '■')
