/**
 * How a series gets from one array of points to another. Redrawing a day for one new price is what makes charts slow,
 * so models keep the identity of points that did not change, and only the end is looked at closely.
 */
export type PointChange = { readonly kind: 'none' } | { readonly kind: 'append'; readonly from: number } | { readonly kind: 'replace' }

/** More than this at once, and setting everything anew is cheaper. */
const APPEND_MAX = 20

export function pointChange<T extends { readonly timeMs: number }>(before: readonly T[], after: readonly T[]): PointChange {
  if (before === after) return { kind: 'none' }
  const last = before.length - 1
  if (last < 0 || after.length < before.length || after.length - before.length > APPEND_MAX) return { kind: 'replace' }
  for (let i = 0; i < last; i++) if (before[i] !== after[i]) return { kind: 'replace' }
  if (before[last]?.timeMs !== after[last]?.timeMs) return { kind: 'replace' }
  const from = before[last] === after[last] ? last + 1 : last
  return from === after.length ? { kind: 'none' } : { kind: 'append', from }
}
