import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { filterParams, readFilter, type SignalFilter } from './signal-filter'

/** The filter lives in the URL, so that a view can be kept and sent. */
export function useSignalFilter(): readonly [SignalFilter, (filter: SignalFilter) => void] {
  const [params, setParams] = useSearchParams()
  const filter = useMemo(() => readFilter(params), [params])
  const setFilter = useCallback(
    (wanted: SignalFilter) =>
      setParams(
        (current) => {
          const next = new URLSearchParams(current)
          for (const [name, value] of Object.entries(filterParams(wanted))) {
            if (value === null) next.delete(name)
            else next.set(name, value)
          }
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  return [filter, setFilter]
}
