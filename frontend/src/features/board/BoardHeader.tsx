import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sort } from './board-order'
import { cellId } from './BoardRow'
import { cellClass, cellWeight, groupClass, groupWeight } from './cell-class'
import { columnLabel, columnName, columnWord } from './column-name'
import { groupsOf, type Column } from './columns'
import styles from './board.module.css'

interface BoardHeaderProps {
  columns: readonly Column[]
  gridId: string
  sort: Sort
  activeColumn: number
  onSort: (column: Column) => void
}

export const HEADER_ROW_ID = 'head'

/** It changes with the columns and the order, not with the rows beneath it. */
export const BoardHeader = memo(function BoardHeader({ columns, gridId, sort, activeColumn, onSort }: BoardHeaderProps) {
  const { t } = useTranslation()
  return (
    <div role="rowgroup" className={styles.head}>
      <div className={styles.groupRow} aria-hidden="true">
        {groupsOf(columns).map((group) => (
          <div key={group.columns[0]?.id} className={groupClass(group)} style={groupWeight(group)}>
            {group.id ? columnWord(group.id, t) : ''}
          </div>
        ))}
      </div>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        {columns.map((column, i) => {
          const isSorted = sort.column === column.id
          return (
            <div
              key={column.id}
              id={cellId(gridId, HEADER_ROW_ID, column.id)}
              role="columnheader"
              aria-colindex={i + 1}
              aria-sort={isSorted ? (sort.direction === 'asc' ? 'ascending' : 'descending') : 'none'}
              aria-label={columnName(column, t)}
              data-col={column.id}
              data-active={activeColumn === i || undefined}
              className={cellClass(column)}
              style={cellWeight(column)}
              onClick={() => onSort(column)}
            >
              {columnLabel(column, t)}
              {isSorted ? <span className={styles.sortMark}>{sort.direction === 'asc' ? '▴' : '▾'}</span> : null}
            </div>
          )
        })}
      </div>
    </div>
  )
})
