import { describe, expect, it } from 'vitest'
import { symbolState } from '@/test/market-fixtures'
import { boardCsv, boardFileName } from './board-csv'
import { EQUITY_COLUMNS } from './columns'

const columns = (...ids: string[]) => ids.flatMap((id) => EQUITY_COLUMNS.find((column) => column.id === id) ?? [])

describe('the board as a file', () => {
  it('has the shown columns in their order and the figures of the wire', () => {
    const csv = boardCsv(columns('symbol', 'percent', 'last', 'spark', 'bids2', 'asks3v', 'room'), [symbolState('VCB'), symbolState('ACB', { last_price: null, change_pct: null })])
    expect(csv).toBe('symbol,change_pct,last_price,bid_price_2,ask_vol_3,room_pct\r\nVCB,1,10100,10050,,\r\nACB,,,10050,,\r\n')
  })

  it('keeps what an auction would match apart from what was matched', () => {
    const csv = boardCsv(columns('symbol', 'last'), [symbolState('VCB', { phase: 'atc', est_match_price: 9900 }), symbolState('ACB')])
    expect(csv).toBe('symbol,last_price,phase,est_match_price\r\nVCB,10100,atc,9900\r\nACB,10100,continuous,\r\n')
  })

  it('names every column once', () => {
    const [header = ''] = boardCsv(EQUITY_COLUMNS, []).split('\r\n')
    const names = header.split(',')
    expect(new Set(names).size).toBe(EQUITY_COLUMNS.length - 1)
    expect(names.every((name) => /^[a-z_0-9]+$/.test(name))).toBe(true)
  })

  it('is named by list and day', () => {
    expect(boardFileName('VN30', '2026-11-20')).toBe('board-VN30-2026-11-20.csv')
    expect(boardFileName('Ngân hàng / 2', null)).toBe('board-Ngân-hàng-2-unknown.csv')
    expect(boardFileName('★', '2026-11-20')).toBe('board-list-2026-11-20.csv')
  })
})
