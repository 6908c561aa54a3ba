import type { CSSProperties } from 'react'
import type { Column, ColumnGroup } from './columns'
import styles from './board.module.css'

/** Class and weight of a column, the same for its header and its cells so that both stay aligned. */

export function cellClass(column: Column): string {
  return [
    styles.cell,
    styles[`keep-${column.keep}`],
    column.startsGroup && styles.groupStart,
    column.isMatched && styles.matched,
    column.id === 'symbol' && styles.symbol,
    column.onPhone && styles.onPhone,
  ]
    .filter(Boolean)
    .join(' ')
}

export const cellWeight = (column: Column): CSSProperties => ({ '--w': column.weight }) as CSSProperties

const GROUP_CLASS: Partial<Record<string, string>> = {
  'group.limits': 'limitsGroup',
  'group.bids': 'sideGroup',
  'group.asks': 'sideGroup',
  'group.day': 'dayGroup',
  'group.foreign': 'foreignGroup',
  'group.basis': 'foreignGroup',
}

export function groupClass(group: ColumnGroup): string {
  const name = GROUP_CLASS[group.id]
  const first = group.columns[0]
  return [styles.cell, name && styles[name], first?.startsGroup && styles.groupStart, first?.isMatched && styles.matched].filter(Boolean).join(' ')
}

export const groupWeight = (group: ColumnGroup): CSSProperties =>
  ({ '--w': group.columns.reduce((sum, column) => sum + column.weight, 0) }) as CSSProperties
