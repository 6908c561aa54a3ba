import { describe, expect, it } from 'vitest'
import type { Bar, ForeignSnapshot, StoredGap } from '@/shared/api/models'
import { chartContent, levelsOf, panesOf, spansOf, type ChartInput } from './chart-content'
import { barRows } from './chart-table'
import { foreignByBar, foreignByDay } from './foreign-bars'
import { barLimit, DEFAULT_RANGE, INTERVALS, rangesOf } from './intervals'
import { movingAverage } from './moving-average'

const bar = (clock: string, change: Partial<Bar> = {}, day = '20'): Bar => ({
  timestamp: `2026-11-${day}T${clock}:00+07:00`, open: 60_000, high: 61_000, low: 59_000, close: 60_500, volume: 1000, value: 0,
  mua_chu_dong_volume: 200, ban_chu_dong_volume: 700, neutral_volume: 100, trade_count: 5, origin: null, is_repaired: false, ...change,
})
const bars = [bar('09:15'), bar('09:20'), bar('09:25')]
const input = (change: Partial<ChartInput> = {}): ChartInput => ({
  view: 'VCB', bars, from: 0, unit: 'vnd', interval: '5m', layers: new Set(['volume', 'delta', 'foreign']), limits: null,
  levelNames: { ceiling: 'Trần', ref: 'TC', floor: 'Sàn' }, foreign: null, overlay: [], gaps: [], ...change,
})
const seriesOf = (content: ReturnType<typeof chartContent>, id: string) => content.series.find((series) => series.id === id)

describe('chartContent', () => {
  it('shows prices in thousand VND and colours what is bought and sold', () => {
    const content = chartContent(input({ foreign: new Map([['2026-11-20T09:15:00+07:00', 1.5]]) }), ['volume', 'delta', 'foreign'])
    expect(seriesOf(content, 'candles')?.points[0]).toMatchObject({ open: 60, high: 61, low: 59, close: 60.5 })
    expect(seriesOf(content, 'delta')?.points[0]).toMatchObject({ value: -500, colour: '--sell' })
    expect(seriesOf(content, 'foreign')?.points).toEqual([{ timeMs: Date.parse('2026-11-20T09:15:00+07:00'), value: 1.5, colour: '--buy' }])
    expect(content.series.map((series) => series.pane ?? 0)).toEqual([0, 1, 2, 3])
  })

  it('keeps the identity of points whose bar did not change', () => {
    const before = chartContent(input(), ['volume'])
    const after = chartContent(input({ bars: [...bars.slice(0, 2), bar('09:25', { close: 60_900 })] }), ['volume'])
    expect(seriesOf(after, 'candles')?.points[1]).toBe(seriesOf(before, 'candles')?.points[1])
    expect(seriesOf(after, 'candles')?.points[2]).not.toBe(seriesOf(before, 'candles')?.points[2])
  })

  it('lets VN30 start where the price did', () => {
    const overlay = [bar('09:15', { close: 1900 }), bar('09:25', { close: 1995 })]
    const points = seriesOf(chartContent(input({ overlay, layers: new Set(['vn30']) }), []), 'vn30')?.points
    expect(points?.map((point) => ('value' in point ? point.value : 0))).toEqual([60.5, null, 63.525])
  })

  it('starts with the range and averages what leads up to it', () => {
    const many = Array.from({ length: 25 }, (_, i) => bar(`10:${String(i).padStart(2, '0')}`))
    const content = chartContent(input({ bars: many, from: 20, layers: new Set(['ma']) }), [])
    expect(seriesOf(content, 'candles')?.points).toHaveLength(5)
    expect(seriesOf(content, 'ma20')?.points[0]).toMatchObject({ value: 60.5 })
    expect(seriesOf(content, 'ma50')?.points[0]).toMatchObject({ value: null })
  })
})

it('draws the limits there are', () => {
  const levels = levelsOf({ ceiling: 65_000, ref_price: 61_000, floor: null }, 'vnd', { ceiling: 'Trần', ref: 'TC', floor: 'Sàn' })
  expect(levels.map(({ name, value, colour }) => [name, value, colour])).toEqual([['Trần', 65, '--ceil'], ['TC', 61, '--ref']])
})

it('has only the panes an instrument can fill', () => {
  const layers = new Set(['ma', 'volume', 'delta', 'foreign'] as const)
  expect(panesOf(layers, true, true)).toEqual(['volume', 'delta', 'foreign'])
  expect(panesOf(layers, false, false)).toEqual(['volume'])
})

it('hatches gaps from the start of the day and to the end of what is shown', () => {
  const gap = (change: Partial<StoredGap>): StoredGap => ({
    id: 'a', symbol: 'VCB', cause: 'total_volume_jump', from_time: null, to_time: null, volume: 1, trading_date: '2026-11-20',
    is_repaired: false, repaired_at: null, repair_note: null, ...change,
  })
  const at = (clock: string) => Date.parse(`2026-11-20T${clock}+07:00`)
  expect(spansOf([gap({ from_time: '2026-11-20T09:17:00+07:00', to_time: '2026-11-20T09:21:00+07:00' })], bars, '5m')).toEqual([{ fromMs: at('09:15:00'), toMs: at('09:21:00') }])
  expect(spansOf([gap({ to_time: '2026-11-20T09:16:00+07:00' })], bars, '5m')).toEqual([{ fromMs: at('00:00:00'), toMs: at('09:16:00') }])
  expect(spansOf([gap({ from_time: '2026-11-20T09:22:00+07:00' })], bars, '5m')).toEqual([{ fromMs: at('09:20:00'), toMs: at('09:30:00') }])
  expect(spansOf([gap({ from_time: '2026-11-19T09:22:00+07:00', to_time: '2026-11-19T09:30:00+07:00' })], bars, '5m')).toEqual([])
})

describe('foreign flow per bar', () => {
  const state = (moment: string, bn: number): ForeignSnapshot => ({
    symbol: 'VCB', timestamp: `2026-11-${moment}+07:00`, net_value: bn * 1e9, buy_volume: 0, sell_volume: 0, net_volume: 0, buy_value: 0, sell_value: 0,
    buy_speed_per_min: 0, sell_speed_per_min: 0, buy_acceleration: 0, sell_acceleration: 0, current_room: 0,
  })

  it('is what the sums grew by, each day from nothing, the auction in the first bar', () => {
    const days = [bar('14:25', {}, '19'), ...bars]
    const states = [state('20T09:26:00', 5), state('20T09:18:00', 3), state('20T09:14:00', 1), state('19T14:29:00', -7)]
    const sums = foreignByBar(days, states)
    expect([...sums.values()]).toEqual([0, 3, 2])
    expect([...sums.keys()].map((key) => key.slice(8, 16))).toEqual(['19T14:25', '20T09:15', '20T09:25'])
  })

  it('of a day is its last state', () => {
    const day = bar('00:00')
    expect(foreignByDay([day], [state('20T14:45:00', -2)])).toEqual(new Map([[day.timestamp, -2]]))
  })
})

it('averages once there is enough', () => expect(movingAverage([1, 2, 3, 4], 3)).toEqual([null, null, 2, 3]))

it('offers ranges one answer can hold', () => {
  for (const interval of INTERVALS) {
    expect(rangesOf(interval)).toContain(DEFAULT_RANGE[interval])
    for (const range of rangesOf(interval)) expect(barLimit(interval, range)).toBeLessThanOrEqual(5000)
  }
  expect(rangesOf('1d')).not.toContain('1D')
})

it('writes the newest bar first', () => {
  const rows = barRows(bars, 'vnd', false, true)
  expect(rows[0]).toEqual(['20/11 09:25', '60.00', '61.00', '59.00', '60.50', '1,000', '−500'])
  expect(barRows(bars, 'vnd', true, false)[0]?.[0]).toBe('20/11')
})
