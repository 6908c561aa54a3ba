import { describe, expect, it } from 'vitest'
import { joinPrints, PRINTS_MAX, reaches, type Print } from './prints'
import type { Tick } from './symbol-history'

const tick = (total: number, change: Partial<Tick> = {}): Tick => ({
  symbol: 'VCB', price: 61_200, volume: 100, value: 6_120_000, trade_type: 'mua_chu_dong', bid_price: 61_100, ask_price: 61_200,
  timestamp: '2026-11-20T10:00:00+07:00', phase: 'continuous', exchange_side: 'BU', total_volume: total, trading_date: '2026-11-20', ...change,
})
const live = (n: number): Print => ({ key: `s${n}`, timestamp: '2026-11-20T10:00:01+07:00', price: 61_200, volume: n, type: 'neutral' })

describe('the tape', () => {
  it('goes on from the volume at which listening began, without a print twice', () => {
    const stored = [tick(500), tick(400), tick(300)] // 500 was heard live too
    expect(joinPrints(stored, '2026-11-20', 400, [live(100)]).map(({ key }) => key)).toEqual([
      's100', 't400-2026-11-20T10:00:00+07:00', 't300-2026-11-20T10:00:00+07:00',
    ])
  })

  it('keeps equal prints apart: two of 100 at one price in one second are two', () => {
    const keys = joinPrints([tick(200), tick(100)], '2026-11-20', null, []).map(({ key }) => key)
    expect(new Set(keys).size).toBe(2)
  })

  it('shows nothing of an older day', () => {
    expect(joinPrints([tick(400, { trading_date: '2026-11-19' })], '2026-11-20', null, [])).toEqual([])
  })

  it('is bounded', () => {
    expect(joinPrints([], null, 0, Array.from({ length: PRINTS_MAX + 5 }, (_, n) => live(n)))).toHaveLength(PRINTS_MAX)
  })

  it('knows when the database has caught up', () => {
    expect(reaches([tick(300)], 400)).toBe(false)
    expect(reaches([tick(400)], 400)).toBe(true)
    expect(reaches(undefined, 0)).toBe(true)
  })
})
