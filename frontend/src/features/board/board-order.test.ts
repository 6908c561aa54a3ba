import { describe, expect, it } from 'vitest'
import { symbolState } from '@/test/market-fixtures'
import { countBands, filterByBands, sortStates } from './board-order'
import { EQUITY_COLUMNS } from './columns'

const states = [
  symbolState('AAA', { last_price: 10_700, change_pct: 7 }),
  symbolState('BBB', { last_price: 10_000, change_pct: 0 }),
  symbolState('CCC', { last_price: 9900, change_pct: -1 }),
  symbolState('DDD', { last_price: null, change_pct: null }),
]
const names = (rows: readonly { symbol: string }[]) => rows.map((row) => row.symbol).join('')

describe('board order', () => {
  it('counts ceilings among the ups', () => expect(countBands(states)).toEqual({ ceil: 1, up: 1, ref: 1, down: 1, floor: 0 }))
  it('keeps any of the chosen bands, and all rows without a choice', () => {
    expect(filterByBands(states, new Set(['up', 'ref'])).length).toBe(2)
    expect(filterByBands(states, new Set()).length).toBe(4)
  })
  it('sorts both ways and puts rows without a value last', () => {
    const sorted = (direction: 'asc' | 'desc') => names(sortStates(states, { column: 'percent', direction }, EQUITY_COLUMNS))
    expect([sorted('desc'), sorted('asc')]).toEqual(['AAABBBCCCDDD', 'CCCBBBAAADDD'])
  })
  it('falls back to the symbol when the URL names no column', () => {
    expect(names(sortStates(states, { column: 'nonsense', direction: 'desc' }, EQUITY_COLUMNS))).toBe('DDDCCCBBBAAA')
  })
})
