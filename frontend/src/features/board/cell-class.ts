import type { CSSProperties } from 'react'
import type { Column, ColumnGroup, Keep } from './columns'
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

const DIGIT_PX = 7.4 // at 12 px, the board's size
const SIGN_PX = 3.6
const PADDING_PX = 10

/**
 * A queue at the ceiling can be twenty times what its column is made for. A figure that does not fit is set smaller:
 * cut off it would be another figure. 1 a little, 2 more; undefined for what fits.
 */
export function tightness(text: string, column: Column): 1 | 2 | undefined {
  if (text.length < 8) return undefined
  const px = [...text].reduce((sum, sign) => sum + (sign >= '0' && sign <= '9' ? DIGIT_PX : SIGN_PX), PADDING_PX)
  const over = px / column.weight
  return over <= 1 ? undefined : over <= 1.16 ? 1 : 2
}

/** Groups that leave as a whole; the others only lose columns. */
const LEAVING: ReadonlySet<Keep> = new Set(['day', 'foreign'])

export function groupClass(group: ColumnGroup): string {
  const [first] = group.columns
  return [
    styles.cell,
    styles.group,
    first && LEAVING.has(first.keep) && styles[`keep-${first.keep}`],
    first?.startsGroup && styles.groupStart,
    first?.isMatched && styles.matched,
  ]
    .filter(Boolean)
    .join(' ')
}

/** What is gone at each width of board.module.css; a group is as wide as the columns it has left. */
const GONE: readonly (readonly [width: number, gone: readonly Keep[]])[] = [
  [1480, ['level3', 'average']],
  [1240, ['level3', 'average', 'room']],
  [1000, ['level3', 'average', 'room', 'level2']],
]

const weightWithout = (group: ColumnGroup, gone: readonly Keep[]): number =>
  group.columns.reduce((sum, column) => (gone.includes(column.keep) ? sum : sum + column.weight), 0)

export function groupWeight(group: ColumnGroup): CSSProperties {
  const weights = Object.fromEntries(GONE.map(([width, gone]) => [`--w-${width}`, weightWithout(group, gone)]))
  return { '--w': weightWithout(group, []), ...weights } as CSSProperties
}
