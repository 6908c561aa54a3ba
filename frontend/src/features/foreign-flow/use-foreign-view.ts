import { useMemo } from 'react'
import { oneOf, useUrlValues } from '@/shared/url/use-url-values'
import { SIDES, type ForeignFilter, type Side } from './foreign-rows'

export const RANGES = ['day', '60', '30', '5d'] as const
export type Range = (typeof RANGES)[number]

/** What is filtered and how much is drawn, kept in the URL. */
export interface ForeignView {
  filter: ForeignFilter
  range: Range
  setText: (text: string) => void
  setSide: (side: Side) => void
  setSector: (sector: string | null) => void
  setRange: (range: Range) => void
  clear: () => void
}

export function useForeignView(): ForeignView {
  const [get, change] = useUrlValues()
  return useMemo(
    () => ({
      filter: { text: get('q') ?? '', side: oneOf(SIDES, get('side')), sector: get('sector') },
      range: oneOf(RANGES, get('range')),
      setText: (text) => change({ q: text }),
      setSide: (side) => change({ side: side === 'all' ? null : side }),
      setSector: (sector) => change({ sector }),
      setRange: (range) => change({ range: range === 'day' ? null : range }),
      clear: () => change({ q: null, side: null, sector: null }),
    }),
    [get, change],
  )
}
