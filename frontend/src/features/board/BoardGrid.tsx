import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useEffect, useId, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useMarket } from '@/shared/market-store/market-context'
import type { Sort } from './board-order'
import { BoardHeader, HEADER_ROW_ID } from './BoardHeader'
import { BoardRow, cellId } from './BoardRow'
import type { Column } from './columns'
import { HEADER_ROW, moveCell, type Cell } from './grid-navigation'
import { readRow } from './row-reading'
import styles from './board.module.css'

interface BoardGridProps {
  label: string
  symbols: readonly string[]
  columns: readonly Column[]
  rowHeight: number
  sort: Sort
  selected: string | null
  onSort: (column: Column) => void
  /** null: none; the marked one again: none, too. */
  onSelect: (symbol: string | null) => void
}

const FIRST_CELL: Cell = { row: 0, column: 0 }
/** Rows kept mounted beyond the edges, so that a scroll shows no blank. */
const OVERSCAN_ROWS = 4

/** Container queries decide in CSS what is shown; the header cells know the outcome. */
function shownColumns(grid: HTMLElement): number[] {
  const heads = [...grid.querySelectorAll('[role=columnheader]')]
  return heads.flatMap((head, i) => (getComputedStyle(head).display === 'none' ? [] : i))
}

/** One tab stop: the active cell is named by aria-activedescendant and stays mounted while it is scrolled away. */
export function BoardGrid({ label, symbols, columns, rowHeight, sort, selected, onSort, onSelect }: BoardGridProps) {
  const { t } = useTranslation()
  const { store } = useMarket()
  const grid = useRef<HTMLDivElement>(null)
  const gridId = useId()
  const [active, setActive] = useState(FIRST_CELL)
  const [hasFocus, setHasFocus] = useState(false)
  const [reading, setReading] = useState('')
  const activeRow = Math.min(active.row, symbols.length - 1)

  // The compiler leaves this component alone because of the virtualizer; its rows are memoised on their own.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: symbols.length,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN_ROWS,
    useFlushSync: false,
    rangeExtractor: useCallback(
      (range: Range) => {
        const rows = defaultRangeExtractor(range)
        if (activeRow >= 0 && activeRow < range.count && !rows.includes(activeRow)) rows.push(activeRow)
        return rows.sort((a, b) => a - b)
      },
      [activeRow],
    ),
  })
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  useEffect(() => {
    if (hasFocus && activeRow >= 0) virtualizer.scrollToIndex(activeRow)
  }, [virtualizer, hasFocus, activeRow])
  useEffect(() => {
    const index = selected ? symbols.indexOf(selected) : -1
    if (index >= 0) virtualizer.scrollToIndex(index)
    // Only a new selection scrolls; a new order of rows must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [virtualizer, selected])

  const activeColumn = columns[active.column] ?? columns[0]
  const activeSymbol = symbols[activeRow]
  const activeId = activeColumn && cellId(gridId, activeRow === HEADER_ROW ? HEADER_ROW_ID : (activeSymbol ?? ''), activeColumn.id)

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!grid.current || event.altKey || event.metaKey) return
    if (event.key === 'Enter' && activeColumn) {
      if (activeRow === HEADER_ROW) onSort(activeColumn)
      else if (activeSymbol) onSelect(activeSymbol)
      return
    }
    if (event.key === 'Escape') {
      onSelect(null)
      return
    }
    if (event.key.toLowerCase() === 'r' && !event.ctrlKey) {
      const state = activeSymbol ? store.getSymbol(activeSymbol) : undefined
      if (state) setReading(readRow(state, t))
      return
    }
    const pageRows = Math.max(1, Math.floor(grid.current.clientHeight / rowHeight) - 2)
    const next = moveCell({ row: activeRow, column: active.column }, event.key, event.ctrlKey, {
      rows: symbols.length,
      columns: shownColumns(grid.current),
      pageRows,
    })
    if (!next) return
    event.preventDefault()
    setActive(next)
  }

  const onPick = useCallback(
    (row: number, symbol: string) => {
      setActive((current) => ({ row, column: current.column }))
      onSelect(symbol)
    },
    [onSelect],
  )

  return (
    <>
      <div
        ref={grid}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={symbols.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={hasFocus ? activeId : undefined}
        className={styles.grid}
        style={{ '--row-h': `${rowHeight}px` } as CSSProperties}
        onKeyDown={onKeyDown}
        onFocus={() => setHasFocus(true)}
        onBlur={() => setHasFocus(false)}
      >
        <BoardHeader columns={columns} gridId={gridId} sort={sort} activeColumn={hasFocus && activeRow === HEADER_ROW ? active.column : -1} onSort={onSort} />
        <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const symbol = symbols[item.index]
            if (!symbol) return null
            return (
              <BoardRow
                key={symbol}
                symbol={symbol}
                columns={columns}
                index={item.index}
                top={item.start}
                gridId={gridId}
                activeColumn={hasFocus && item.index === activeRow ? active.column : -1}
                isSelected={symbol === selected}
                onPick={onPick}
              />
            )
          })}
        </div>
      </div>
      <div role="status" aria-live="polite" className="sr-only">
        {reading}
      </div>
    </>
  )
}
