import type { IndexData } from '@/shared/api/models'
import type { Band } from '@/shared/format/price-band'

/** Disjoint counts: the wire's `advances` includes ceilings and its `declines` floors. */
export type Breadth = Record<Band, number>

export const BREADTH_BANDS = ['ceil', 'up', 'ref', 'down', 'floor'] as const satisfies readonly Band[]

export function breadthOf(index: IndexData): Breadth {
  const ceil = index.ceilings ?? 0
  const floor = index.floors ?? 0
  return { ceil, up: (index.advances ?? 0) - ceil, ref: index.no_changes ?? 0, down: (index.declines ?? 0) - floor, floor }
}
