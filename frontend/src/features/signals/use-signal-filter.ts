import { useCallback, useMemo } from 'react'
import { useUrlValues } from '@/shared/url/use-url-values'
import { filterParams, readFilter, type SignalFilter } from './signal-filter'

/** The filter lives in the URL, so that a view can be kept and sent. */
export function useSignalFilter(): readonly [SignalFilter, (filter: SignalFilter) => void] {
  const [get, change] = useUrlValues()
  const filter = useMemo(() => readFilter(get), [get])
  return [filter, useCallback((wanted: SignalFilter) => change(filterParams(wanted)), [change])]
}
