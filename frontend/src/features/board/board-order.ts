import type { Band } from '@/shared/format/price-band'
import type { SymbolState } from '@/shared/market-store/market-store'
import { lastBand, type Column } from './columns'

/** Filter and sort of a list. */

export type SortDirection = 'asc' | 'desc'
export interface Sort {
  column: string
  direction: SortDirection
}

export const FILTER_BANDS = ['ceil', 'up', 'ref', 'down', 'floor'] as const satisfies readonly Band[]
export type BandCounts = Record<Band, number>

/** Ceilings are ups and floors are downs too, as in the breadth of the indices. */
const bandsOf = (state: SymbolState): readonly Band[] => {
  const band = lastBand(state)
  if (band === '') return []
  return band === 'ceil' ? ['ceil', 'up'] : band === 'floor' ? ['floor', 'down'] : [band]
}

export function countBands(states: readonly SymbolState[]): BandCounts {
  const counts: BandCounts = { ceil: 0, up: 0, ref: 0, down: 0, floor: 0 }
  for (const state of states) for (const band of bandsOf(state)) counts[band]++
  return counts
}

export function filterByBands(states: readonly SymbolState[], bands: ReadonlySet<Band>): readonly SymbolState[] {
  return bands.size ? states.filter((state) => bandsOf(state).some((band) => bands.has(band))) : states
}

/** Rows without a value come last in either direction; equal values keep the order of symbols. */
export function sortStates(states: readonly SymbolState[], sort: Sort, columns: readonly Column[]): readonly SymbolState[] {
  const column = columns.find((candidate) => candidate.id === sort.column) ?? columns[0]
  if (!column) return states
  const sign = sort.direction === 'asc' ? 1 : -1
  const keyed = states.map((state) => ({ state, value: column.sortValue(state) }))
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null)
    const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0
    return order * sign || (a.state.symbol < b.state.symbol ? -1 : 1)
  })
  return keyed.map(({ state }) => state)
}
