import { useMemo } from 'react'
import { useUrlValues } from '@/shared/url/use-url-values'
import type { TableSort } from './table-columns'

/** The sort of a page's table, in the URL while it is not the default. */
export function useTableSort(byDefault: TableSort): { sort: TableSort; sortBy: (column: string, isText?: boolean) => void } {
  const [get, change] = useUrlValues()
  const column = get('sort') ?? byDefault.column
  const named = get('dir')
  const direction = named === 'asc' || named === 'desc' ? named : byDefault.direction
  return useMemo(
    () => ({
      sort: { column, direction },
      sortBy: (next, isText = false) => {
        // Names start with A, figures with the largest.
        const first = isText ? 'asc' : 'desc'
        const turned = next !== column ? first : direction === 'asc' ? 'desc' : 'asc'
        const isDefault = next === byDefault.column && turned === byDefault.direction
        change({ sort: isDefault ? null : next, dir: isDefault ? null : turned })
      },
    }),
    [column, direction, byDefault.column, byDefault.direction, change],
  )
}
