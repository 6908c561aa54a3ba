import { expect, it } from 'vitest'
import { sortRows, type TableColumn } from './table-columns'

interface Row { name: string; size: number | null }
const rows: Row[] = [{ name: 'C', size: 1 }, { name: 'A', size: null }, { name: 'B', size: 1 }, { name: 'D', size: 9 }]
const columns: TableColumn<Row>[] = [
  { id: 'name', label: '', cell: (row) => row.name, sortValue: (row) => row.name },
  { id: 'size', label: '', cell: (row) => row.size, sortValue: (row) => row.size },
  { id: 'plain', label: '', cell: () => '' },
]
const order = (column: string, direction: 'asc' | 'desc') =>
  sortRows(rows, (row) => row.name, columns, { column, direction }).map((row) => row.name).join('')

it('sorts either way, with what has no value last and ties by key', () => {
  expect([order('size', 'asc'), order('size', 'desc'), order('name', 'desc')]).toEqual(['BCDA', 'DBCA', 'DCBA'])
})

it('leaves the order alone for a column that does not sort', () => expect(order('plain', 'asc')).toBe('CABD'))
