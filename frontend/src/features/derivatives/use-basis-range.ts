import { useCallback } from 'react'
import { useSearchParams } from 'react-router'
import { BASIS_RANGES, type BasisRangeName } from './basis-series'

const DEFAULT: BasisRangeName = 'day'

/** The range lives in the URL. */
export function useBasisRange(): [BasisRangeName, (range: BasisRangeName) => void] {
  const [params, setParams] = useSearchParams()
  const range = BASIS_RANGES.find((known) => known === params.get('range')) ?? DEFAULT
  const choose = useCallback(
    (next: BasisRangeName) =>
      setParams(
        (current) => {
          const changed = new URLSearchParams(current)
          if (next === DEFAULT) changed.delete('range')
          else changed.set('range', next)
          return changed
        },
        { replace: true },
      ),
    [setParams],
  )
  return [range, choose]
}
