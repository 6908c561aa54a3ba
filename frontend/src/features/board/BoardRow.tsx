import { memo, useLayoutEffect, useRef } from 'react'
import { useSymbol } from '@/shared/market-store/market-context'
import type { SymbolState } from '@/shared/market-store/market-store'
import { lastBand, SPARK_COLUMN, unitOf, type Column } from './columns'
import { cellClass, cellWeight, tightness } from './cell-class'
import { flash } from './flash'
import { isIndicative } from './matched'
import { SparkCell } from './SparkCell'
import styles from './board.module.css'

interface BoardRowProps {
  symbol: string
  columns: readonly Column[]
  index: number
  top: number
  gridId: string
  /** Index of the active column, -1 when the active cell is elsewhere. */
  activeColumn: number
  isSelected: boolean
  onPick: (index: number, symbol: string) => void
}

export const cellId = (gridId: string, row: string, column: string): string => `${gridId}-${row}-${column}`

const LIMIT_TAG: Partial<Record<string, string>> = { ceil: 'CE', floor: 'FL' }

function useFlash(state: SymbolState | undefined, columns: readonly Column[]): React.RefObject<HTMLDivElement | null> {
  const row = useRef<HTMLDivElement>(null)
  const shown = useRef(state)
  useLayoutEffect(() => {
    if (!state || shown.current === state) return
    shown.current = state
    if (state.previous === state.price) return
    columns.forEach((column, i) => {
      const cell = row.current?.children[i]
      if (!column.flash || !(cell instanceof HTMLElement)) return
      const before = column.flash(state.previous)
      const after = column.flash(state.price)
      if (before !== after) flash(cell, after > before)
    })
  }, [state, columns])
  return row
}

export const BoardRow = memo(function BoardRow({ symbol, columns, index, top, gridId, activeColumn, isSelected, onPick }: BoardRowProps) {
  const state = useSymbol(symbol)
  const ref = useFlash(state, columns)
  if (!state) return null
  const unit = unitOf(state)
  const tag = LIMIT_TAG[lastBand(state)]
  return (
    <div
      ref={ref}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-symbol={symbol}
      data-odd={index % 2 === 1 || undefined}
      data-indicative={isIndicative(state.price) || undefined}
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onPick(index, symbol)}
    >
      {columns.map((column, i) => {
        const text = column.text(state, unit)
        return (
          <div
            key={column.id}
            id={cellId(gridId, symbol, column.id)}
            role={i ? 'gridcell' : 'rowheader'}
            aria-colindex={i + 1}
            data-col={column.id}
            data-active={activeColumn === i || undefined}
            data-tight={tightness(text, column)}
            className={`${cellClass(column)} ${column.colour(state)}`}
            style={cellWeight(column)}
          >
            {column.id === SPARK_COLUMN ? <SparkCell symbol={symbol} price={state.price} /> : text}
            {i === 0 && tag ? <span className={styles.tag}>{tag}</span> : null}
          </div>
        )
      })}
    </div>
  )
})
