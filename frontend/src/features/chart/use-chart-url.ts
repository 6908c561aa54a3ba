import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Interval } from '@/shared/api/models'
import { DEFAULT_RANGE, INTERVALS, rangesOf, type Range } from './intervals'

/** Symbol, interval, range and layers live in the URL, so that a chart can be kept and sent. */

export const LAYERS = ['ma', 'volume', 'delta', 'foreign', 'vn30'] as const
export type Layer = (typeof LAYERS)[number]
const DEFAULT_LAYERS: readonly Layer[] = ['ma', 'volume', 'delta', 'foreign']
export const DEFAULT_INTERVAL: Interval = '5m'

export interface ChartUrl {
  /** null: none asked for. */
  symbol: string | null
  interval: Interval
  range: Range
  layers: ReadonlySet<Layer>
  setSymbol: (symbol: string) => void
  setInterval: (interval: Interval) => void
  setRange: (range: Range) => void
  toggleLayer: (layer: Layer) => void
}

const layersOf = (named: string | null): ReadonlySet<Layer> =>
  new Set(named === null ? DEFAULT_LAYERS : LAYERS.filter((layer) => named.split(',').includes(layer)))

function textOf(layers: ReadonlySet<Layer>): string | null {
  const isDefault = layers.size === DEFAULT_LAYERS.length && DEFAULT_LAYERS.every((layer) => layers.has(layer))
  return isDefault ? null : LAYERS.filter((layer) => layers.has(layer)).join(',')
}

export function useChartUrl(): ChartUrl {
  const [params, setParams] = useSearchParams()
  const change = useCallback(
    (values: Record<string, string | null>, isStep = false) =>
      setParams(
        (current) => {
          const next = new URLSearchParams(current)
          for (const [name, value] of Object.entries(values)) {
            if (value === null) next.delete(name)
            else next.set(name, value)
          }
          return next
        },
        { replace: !isStep },
      ),
    [setParams],
  )
  return useMemo(() => {
    const interval = INTERVALS.find((known) => known === params.get('interval')) ?? DEFAULT_INTERVAL
    const range = rangesOf(interval).find((known) => known === params.get('range')) ?? DEFAULT_RANGE[interval]
    const layers = layersOf(params.get('show'))
    return {
      symbol: params.get('symbol')?.trim().toUpperCase() || null,
      interval,
      range,
      layers,
      setSymbol: (symbol) => change({ symbol }, true),
      setInterval: (next) => change({ interval: next === DEFAULT_INTERVAL ? null : next, range: null }),
      setRange: (next) => change({ range: next === DEFAULT_RANGE[interval] ? null : next }),
      toggleLayer: (layer) => {
        const next = new Set(layers)
        if (!next.delete(layer)) next.add(layer)
        change({ show: textOf(next) })
      },
    }
  }, [params, change])
}
