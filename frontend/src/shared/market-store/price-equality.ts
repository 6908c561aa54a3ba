import type { DerivativesContract, Level, PriceData } from '@/shared/api/models'

const FIELDS = [
  'last_price', 'change', 'change_pct', 'ref_price', 'ceiling', 'floor', 'high', 'low', 'avg_price', 'total_volume',
  'last_volume', 'exchange', 'phase', 'est_match_price',
] as const satisfies readonly (keyof PriceData)[]

function isSameSide(a: readonly Level[] | null | undefined, b: readonly Level[] | null | undefined): boolean {
  const left = a ?? []
  const right = b ?? []
  return left.length === right.length && left.every((level, i) => level[0] === right[i]?.[0] && level[1] === right[i]?.[1])
}

/** Whole-state frames repeat every symbol; only those that differ in what is shown may re-render. */
export function isSamePrice(a: PriceData, b: PriceData): boolean {
  return FIELDS.every((field) => (a[field] ?? null) === (b[field] ?? null)) && isSameSide(a.bids, b.bids) && isSameSide(a.asks, b.asks)
}

export function isSameContract(a: DerivativesContract | null, b: DerivativesContract | null): boolean {
  if (!a || !b) return a === b
  return a.basis === b.basis && a.basis_pct === b.basis_pct && a.stale === b.stale && a.alias === b.alias && a.expiry_date === b.expiry_date
}
