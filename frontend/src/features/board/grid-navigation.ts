/** Where a key takes the active cell. Row -1 is the header. */
export interface Cell {
  row: number
  column: number
}

export interface GridShape {
  rows: number
  /** Indices of the columns that are on the screen now, ascending. */
  columns: readonly number[]
  pageRows: number
}

export const HEADER_ROW = -1

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

/** null: not a key of the grid. */
export function moveCell(from: Cell, key: string, isCtrl: boolean, shape: GridShape): Cell | null {
  const { rows, columns, pageRows } = shape
  const lastRow = rows - 1
  const at = Math.max(0, columns.findLastIndex((column) => column <= from.column))
  const column = (index: number): number => columns[clamp(index, 0, columns.length - 1)] ?? 0
  const row = (index: number): number => clamp(index, HEADER_ROW, lastRow)
  switch (key) {
    case 'ArrowUp': return { row: row(from.row - 1), column: column(at) }
    case 'ArrowDown': return { row: row(from.row + 1), column: column(at) }
    case 'ArrowLeft': return { row: from.row, column: column(at - 1) }
    case 'ArrowRight': return { row: from.row, column: column(at + 1) }
    case 'Home': return { row: isCtrl ? clamp(0, HEADER_ROW, lastRow) : from.row, column: column(0) }
    case 'End': return { row: isCtrl ? lastRow : from.row, column: column(columns.length - 1) }
    case 'PageUp': return { row: clamp(from.row - pageRows, Math.min(0, lastRow), lastRow), column: column(at) }
    case 'PageDown': return { row: row(from.row + pageRows), column: column(at) }
    default: return null
  }
}
