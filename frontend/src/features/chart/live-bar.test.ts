import { describe, expect, it } from 'vitest'
import type { Bar } from '@/shared/api/models'
import { barStart } from './intervals'
import { mergeBars, withLive, type LiveTotals } from './live-bar'
import { rangeStart } from './use-bars'

const bar = (clock: string, change: Partial<Bar> = {}): Bar => ({
  timestamp: `2026-11-20T${clock}:00+07:00`, open: 100, high: 110, low: 90, close: 105, volume: 1000, value: 0,
  mua_chu_dong_volume: 600, ban_chu_dong_volume: 300, neutral_volume: 100, trade_count: 5, origin: null, is_repaired: false, ...change,
})
const totals = (clock: string, change: Partial<LiveTotals> = {}): LiveTotals => ({
  timeMs: Date.parse(`2026-11-20T${clock}+07:00`), price: 105, volume: 50_000, buyVolume: 20_000, sellVolume: 10_000, ...change,
})

describe('mergeBars', () => {
  const bars = [bar('10:00'), bar('10:01'), bar('10:02')]

  it('takes later bars over and keeps the identity of what did not change', () => {
    const merged = mergeBars(bars, [bar('10:01'), bar('10:02', { close: 107 }), bar('10:03')])
    expect(merged?.map((one) => one.close)).toEqual([105, 105, 107, 105])
    expect(merged?.[0]).toBe(bars[0])
    expect(merged?.[1]).toBe(bars[1])
    expect(merged?.[2]).not.toBe(bars[2])
  })

  it('says when the two do not join', () => expect(mergeBars(bars, [bar('10:05')])).toBeNull())

  it('begins with what there is', () => {
    expect(mergeBars([], [bar('10:05')])).toHaveLength(1)
    expect(mergeBars(bars, [])).toBe(bars)
  })
})

describe('withLive', () => {
  const bars = [bar('10:00'), bar('10:05')]

  it('moves the running bar with the price and adds what was traded since the history was read', () => {
    const history = { bars, totals: totals('10:06:00') }
    const last = withLive(history, totals('10:06:30', { price: 112, volume: 50_500, buyVolume: 20_400, sellVolume: 10_100 }), '5m').at(-1)
    expect(last).toMatchObject({ close: 112, high: 112, low: 90, open: 100, volume: 1500, mua_chu_dong_volume: 1000, ban_chu_dong_volume: 400 })
  })

  it('begins a new bar at its time, in Vietnam', () => {
    const next = withLive({ bars, totals: totals('10:09:59') }, totals('10:10:01', { price: 99, volume: 50_200 }), '5m')
    expect(next).toHaveLength(3)
    expect(next.at(-1)).toMatchObject({ timestamp: '2026-11-20T10:10:00+07:00', open: 99, close: 99, volume: 200, neutral_volume: 0 })
  })

  it('leaves the history alone when the stream says nothing new, or something older', () => {
    const history = { bars, totals: totals('10:06:00') }
    expect(withLive(history, null, '5m')).toBe(bars)
    expect(withLive(history, totals('10:06:30'), '5m')).toBe(bars)
    expect(withLive(history, totals('10:05:30', { price: 120 }), '5m')).toBe(bars)
    expect(withLive({ bars, totals: null }, totals('09:59:00', { price: 120 }), '5m')).toBe(bars)
  })
})

it('begins bars where the history does', () => {
  const start = (clock: string, interval: '15m' | '1h' | '1d') => new Date(barStart(Date.parse(`2026-11-20T${clock}+07:00`), interval)).toISOString()
  expect(start('10:14:59', '15m')).toBe('2026-11-20T03:00:00.000Z')
  expect(start('10:59:59', '1h')).toBe('2026-11-20T03:00:00.000Z')
  expect(start('01:00:00', '1d')).toBe('2026-11-19T17:00:00.000Z')
})

it('counts trading days from the end', () => {
  const days = ['18', '18', '19', '20', '20'].map((day) => bar('10:00', { timestamp: `2026-11-${day}T10:00:00+07:00` }))
  expect([1, 2, 3, 9].map((count) => rangeStart(days, count))).toEqual([3, 2, 0, 0])
})
