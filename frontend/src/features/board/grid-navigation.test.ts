import { describe, expect, it } from 'vitest'
import { HEADER_ROW, moveCell } from './grid-navigation'

// Columns 2 and 3 are hidden by the preset of a narrow board.
const shape = { rows: 30, columns: [0, 1, 4, 5], pageRows: 10 }
const from = (row: number, column: number) => (key: string, isCtrl = false) => moveCell({ row, column }, key, isCtrl, shape)

describe('moveCell', () => {
  it('moves by one and skips hidden columns', () => {
    expect(from(3, 1)('ArrowRight')).toEqual({ row: 3, column: 4 })
    expect(from(3, 4)('ArrowLeft')).toEqual({ row: 3, column: 1 })
    expect(from(3, 1)('ArrowDown')).toEqual({ row: 4, column: 1 })
  })
  it('goes up into the header and no further', () => {
    expect(from(0, 1)('ArrowUp')).toEqual({ row: HEADER_ROW, column: 1 })
    expect(from(HEADER_ROW, 1)('ArrowUp')).toEqual({ row: HEADER_ROW, column: 1 })
  })
  it('stops at the edges', () => {
    expect(from(29, 5)('ArrowDown')).toEqual({ row: 29, column: 5 })
    expect(from(29, 5)('ArrowRight')).toEqual({ row: 29, column: 5 })
    expect(from(25, 0)('PageDown')).toEqual({ row: 29, column: 0 })
    expect(from(5, 0)('PageUp')).toEqual({ row: 0, column: 0 })
  })
  it('knows Home and End, of the row and of the board', () => {
    expect(from(7, 4)('Home')).toEqual({ row: 7, column: 0 })
    expect(from(7, 4)('End')).toEqual({ row: 7, column: 5 })
    expect(from(7, 4)('Home', true)).toEqual({ row: 0, column: 0 })
    expect(from(7, 4)('End', true)).toEqual({ row: 29, column: 5 })
  })
  it('leaves the column it stood on when a preset hides it', () => expect(from(0, 3)('ArrowDown')).toEqual({ row: 1, column: 1 }))
  it('leaves other keys alone', () => expect(from(0, 0)('a')).toBeNull())
})
