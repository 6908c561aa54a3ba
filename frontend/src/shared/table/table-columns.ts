import type { ReactNode } from 'react'

/** What a table shows of a row, and how it sorts by it. */

export type SortValue = number | string | null

export interface TableColumn<Row> {
  id: string
  label: string
  /** Said in full where the label is short. */
  hint?: string
  isText?: boolean
  isStrong?: boolean
  /** `wide`: not under 1,440 px; `desk`: not on the phone; `always` otherwise. */
  shownOn?: 'wide' | 'desk'
  cell: (row: Row) => ReactNode
  className?: (row: Row) => string
  /** Absent: the table cannot be sorted by it. */
  sortValue?: (row: Row) => SortValue
}

export interface TableSort {
  column: string
  direction: 'asc' | 'desc'
}

/** Rows without a value come last in either direction; equal values keep the order of keys. */
export function sortRows<Row>(rows: readonly Row[], keyOf: (row: Row) => string, columns: readonly TableColumn<Row>[], sort: TableSort): readonly Row[] {
  const valueOf = columns.find((column) => column.id === sort.column)?.sortValue
  if (!valueOf) return rows
  const sign = sort.direction === 'asc' ? 1 : -1
  const keyed = rows.map((row) => ({ row, key: keyOf(row), value: valueOf(row) }))
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || (a.key < b.key ? -1 : 1)
    const order = a.value < b.value ? -1 : a.value > b.value ? 1 : 0
    return order * sign || (a.key < b.key ? -1 : 1)
  })
  return keyed.map(({ row }) => row)
}
