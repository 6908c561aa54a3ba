import { useMemo } from 'react'
import { oneOf, useUrlValues } from '@/shared/url/use-url-values'
import { PARTS, type DayPart } from './active-volume'

export const RANGES = ['day', '60', '30'] as const
export type Range = (typeof RANGES)[number]

/** List, part of the day and range of the chart, kept in the URL. */
export interface VolumeView {
  list: string | null
  part: DayPart
  range: Range
  setList: (list: string) => void
  setPart: (part: DayPart) => void
  setRange: (range: Range) => void
}

export function useVolumeView(): VolumeView {
  const [get, change] = useUrlValues()
  return useMemo(
    () => ({
      list: get('list'),
      part: oneOf(PARTS, get('part')),
      range: oneOf(RANGES, get('range')),
      setList: (list) => change({ list }),
      setPart: (part) => change({ part: part === 'all' ? null : part }),
      setRange: (range) => change({ range: range === 'day' ? null : range }),
    }),
    [get, change],
  )
}
