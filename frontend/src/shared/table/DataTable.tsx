import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import type { TableColumn, TableSort } from './table-columns'
import styles from './table.module.css'

interface DataTableProps<Row> {
  caption: string
  columns: readonly TableColumn<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  sort: TableSort
  onSort: (column: string, isText?: boolean) => void
  /** The marked row. */
  selected?: string | null
}

const ROW_PX = 26
const PHONE_ROW_PX = 44
/** More than this is virtualised, in a frame that scrolls by itself. */
const PLAIN_ROWS_MAX = 60
const OVERSCAN_ROWS = 6

/** A sortable table of some to thousands of rows: a real `<table>`, of which only the rows in sight are in the page. */
export function DataTable<Row>({ caption, columns, rows, keyOf, sort, onSort, selected }: DataTableProps<Row>) {
  const frame = useRef<HTMLDivElement>(null)
  const isPhone = useMediaQuery('(max-width: 720px)')
  const isLong = rows.length > PLAIN_ROWS_MAX
  const rowPx = isPhone ? PHONE_ROW_PX : ROW_PX
  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler leaves this component alone
  const virtualizer = useVirtualizer({
    count: isLong ? rows.length : 0,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN_ROWS,
    useFlushSync: false,
  })
  useEffect(() => virtualizer.measure(), [virtualizer, rowPx])
  const items = virtualizer.getVirtualItems()
  const first = isLong ? (items[0]?.index ?? 0) : 0
  const shown = isLong ? rows.slice(first, (items.at(-1)?.index ?? -1) + 1) : rows
  const space = isLong ? { before: first * rowPx, after: (rows.length - first - shown.length) * rowPx } : { before: 0, after: 0 }
  return (
    <div ref={frame} className={`${styles.frame} ${isLong ? styles.long : ''}`} tabIndex={0} role="group" aria-label={caption}>
      <table className={styles.table} aria-rowcount={rows.length + 1}>
        <caption className="sr-only">{caption}</caption>
        <Head columns={columns} sort={sort} onSort={onSort} />
        <tbody>
          {space.before ? <Spacer height={space.before} span={columns.length} /> : null}
          {shown.map((row, i) => {
            const key = keyOf(row)
            return (
              <tr key={key} data-symbol={key} aria-rowindex={first + i + 2} data-selected={key === selected || undefined}>
                {columns.map((column, at) => {
                  const Cell = at ? 'td' : 'th'
                  return (
                    <Cell key={column.id} data-col={column.id} scope={at ? undefined : 'row'} className={`${cellClass(column)} ${column.className?.(row) ?? ''}`}>
                      {column.cell(row)}
                    </Cell>
                  )
                })}
              </tr>
            )
          })}
          {space.after ? <Spacer height={space.after} span={columns.length} /> : null}
        </tbody>
      </table>
    </div>
  )
}

function Head<Row>({ columns, sort, onSort }: Pick<DataTableProps<Row>, 'columns' | 'sort' | 'onSort'>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => {
          const isSorted = sort.column === column.id
          const order = isSorted ? (sort.direction === 'asc' ? 'ascending' : 'descending') : undefined
          return (
            <th key={column.id} scope="col" data-col={column.id} aria-sort={order} className={cellClass(column)} title={column.hint}>
              {column.sortValue ? (
                <button type="button" onClick={() => onSort(column.id, column.isText)}>
                  {column.label}
                  {isSorted ? <span aria-hidden="true"> {sort.direction === 'asc' ? '▴' : '▾'}</span> : null}
                </button>
              ) : (
                column.label
              )}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden="true" className={styles.spacer}>
      <td colSpan={span} style={{ height }} />
    </tr>
  )
}

const SHOWN_ON = { wide: styles.wide, desk: styles.desk }

const cellClass = <Row,>(column: TableColumn<Row>): string =>
  [column.isText && styles.text, column.isStrong && styles.strong, column.shownOn && SHOWN_ON[column.shownOn]].filter(Boolean).join(' ')
