import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Band } from '@/shared/format/price-band'
import { parseSymbols } from '@/shared/watchlists/watchlists'
import { SHARED_LIST } from './board-lists'
import { FILTER_BANDS, type Sort } from './board-order'
import type { ColumnChoice } from './column-choice'

/** List, filter, sort and the marked row live in the URL, so that a view can be kept and sent. */

export interface BoardUrl {
  list: string | null
  bands: ReadonlySet<Band>
  /** Only rows whose volume has just spiked. */
  onlySpikes: boolean
  sort: Sort
  symbol: string | null
  /** A list somebody sent. */
  shared: { name: string; symbols: readonly string[] } | null
  /** null: the address does not say. */
  columns: ColumnChoice
  setColumns: (columns: ColumnChoice) => void
  setList: (list: string) => void
  toggleBand: (band: Band) => void
  toggleSpikes: () => void
  clearFilters: () => void
  sortBy: (column: string) => void
  select: (symbol: string | null) => void
}

const DEFAULT_SORT: Sort = { column: 'symbol', direction: 'asc' }

/** Names start with A, figures with the largest. */
const firstDirection = (column: string): Sort['direction'] => (column === 'symbol' ? 'asc' : 'desc')

export function useBoardUrl(): BoardUrl {
  const [params, setParams] = useSearchParams()
  const change = useCallback(
    (values: Record<string, string | null>) =>
      setParams(
        (current) => {
          const next = new URLSearchParams(current)
          for (const [name, value] of Object.entries(values)) {
            if (value === null) next.delete(name)
            else next.set(name, value)
          }
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  return useMemo(() => {
    const named = (params.get('band') ?? '').split(',')
    const bands = new Set(FILTER_BANDS.filter((band) => named.includes(band)))
    const onlySpikes = params.get('spikes') === '1'
    const watch = params.get('watch')
    const sort: Sort = {
      column: params.get('sort') ?? DEFAULT_SORT.column,
      direction: params.get('dir') === 'desc' ? 'desc' : 'asc',
    }
    return {
      list: params.get('list'),
      bands,
      onlySpikes,
      sort,
      symbol: params.get('symbol'),
      shared: watch ? { name: params.get('name') ?? '', symbols: parseSymbols(watch) } : null,
      columns: params.get('cols')?.split(',') ?? null,
      setColumns: (columns) => change({ cols: columns?.join(',') ?? null }),
      setList: (list) => change(list === SHARED_LIST ? { list: null } : { list, watch: null, name: null }),
      toggleBand: (band) => {
        const next = new Set(bands)
        if (!next.delete(band)) next.add(band)
        change({ band: next.size ? [...next].join(',') : null })
      },
      toggleSpikes: () => change({ spikes: onlySpikes ? null : '1' }),
      clearFilters: () => change({ band: null, spikes: null }),
      sortBy: (column) => {
        const direction = sort.column !== column ? firstDirection(column) : sort.direction === 'asc' ? 'desc' : 'asc'
        const isDefault = column === DEFAULT_SORT.column && direction === DEFAULT_SORT.direction
        change({ sort: isDefault ? null : column, dir: isDefault ? null : direction })
      },
      select: (symbol) => change({ symbol }),
    }
  }, [params, change])
}
