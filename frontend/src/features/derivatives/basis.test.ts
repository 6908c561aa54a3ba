import { describe, expect, it } from 'vitest'
import type { Bar } from '@/shared/api/models'
import { fromBars, joined, rangeOf, signChanges, type BasisSample } from './basis-sample'
import { basisContent, basisRows, placesFor } from './basis-series'
import { convergenceOf, spreadOf } from './convergence'
import { daysUntil, weekdayOf } from './expiry'
import { holesOf, midnightOf, resample, sessionAxis, timeOfTraded, tradedMs, windowAxis } from './session-grid'

const at = (clock: string, day = '20'): number => Date.parse(`2026-11-${day}T${clock}+07:00`)
const sample = (clock: string, basis: number): BasisSample => ({ timeMs: at(clock), basis, future: 1900 + basis, spot: 1900 })
const MINUTE = 60_000

describe('the session as places', () => {
  it('leaves lunch out', () => {
    expect(tradedMs(at('08:50:00'))).toBe(0)
    expect(tradedMs(at('11:30:00'))).toBe(tradedMs(at('13:00:00')))
    expect(tradedMs(at('13:01:00')) - tradedMs(at('11:29:00'))).toBe(2 * MINUTE)
    expect(timeOfTraded(midnightOf(at('10:00:00')), tradedMs(at('13:30:00')))).toBe(at('13:30:00'))
  })

  it('spans the whole day, or the last half hour of trading', () => {
    const day = sessionAxis(at('10:00:00'), 15_000)
    expect([day[0], day.at(-1), day.length]).toEqual([at('09:00:00'), at('14:45:00'), 1021])
    const half = windowAxis(at('13:10:00'), 30 * MINUTE, MINUTE)
    expect([half[0], half.at(-1), half.length]).toEqual([at('11:10:00'), at('13:10:00'), 31])
    expect(windowAxis(at('09:05:00'), 30 * MINUTE, MINUTE)[0]).toBe(at('09:00:00'))
  })

  it('has the newest sample at each place, holes where none is fresh, and nothing after the last', () => {
    const axis = sessionAxis(at('10:00:00'), MINUTE)
    const places = resample([sample('09:00:30', 1), sample('09:00:50', 2), sample('09:10:00', 3)], axis)
    expect(places.map((place) => place?.basis ?? null)).toEqual([null, 2, 2, null, null, null, null, null, null, null, 3])
    expect(holesOf(axis, places)).toEqual([{ fromMs: at('09:03:00'), toMs: at('09:09:00') }])
  })

  it('does not age over lunch, and does over night', () => {
    const lunch = [at('11:30:00'), at('13:00:30')]
    expect(resample([sample('11:29:30', 1), sample('13:00:30', 2)], lunch).map((place) => place?.basis)).toEqual([1, 2])
    expect(resample([sample('14:44:00', 1), { ...sample('09:00:00', 2), timeMs: at('09:01:00', '21') }], [at('09:00:00', '21')])).toEqual([null])
  })
})

describe('convergence', () => {
  const falling = Array.from({ length: 21 }, (_, i) => sample(`10:${String(i).padStart(2, '0')}:00`, 6 - i * 0.2))

  it('knows slope, direction, where it was and when it would be zero', () => {
    const found = convergenceOf(falling)
    expect(found?.slope).toBeCloseTo(-0.2)
    expect(found).toMatchObject({ trend: 'narrowing', before: { basis: 5 } })
    expect(found?.minutesToZero).toBeCloseTo(10)
  })

  it('widens when it leaves zero, on either side', () => {
    const below = falling.map((one) => ({ ...one, basis: one.basis - 20 }))
    expect(convergenceOf(below)).toMatchObject({ trend: 'widening', minutesToZero: null })
    expect(convergenceOf(falling.map((one) => ({ ...one, basis: 3 })))).toMatchObject({ trend: 'steady', minutesToZero: null })
  })

  it('says nothing of too little', () => {
    expect(convergenceOf([])).toBeNull()
    expect(convergenceOf(falling.slice(0, 3))).toBeNull()
  })

  it('needs two sessions to know what is usual', () => {
    const samples = [2, 4, 4, 4, 5, 5, 7, 9].map((basis, i) => sample(`10:0${i}:00`, basis))
    expect(spreadOf(samples, 2)).toEqual({ mean: 5, sigma: 2, sessions: 2 })
    expect(spreadOf(samples, 1)).toBeNull()
  })
})

describe('samples', () => {
  it('counts sign changes; zero is no side', () => {
    const samples = [1, 0, 2, -1, 0, -2, 3].map((basis, i) => sample(`10:0${i}:00`, basis))
    expect(signChanges(samples)).toEqual([at('10:03:00'), at('10:06:00')])
    expect(rangeOf(samples)).toEqual({ first: 1, high: 3, low: -2 })
    expect(rangeOf([])).toBeNull()
  })

  it('carries the history on with what the stream said after it', () => {
    const history = [sample('10:00:00', 1), sample('10:01:00', 2)]
    expect(joined(history, [sample('10:00:30', 9), sample('10:01:30', 3)]).map((one) => one.basis)).toEqual([1, 2, 3])
    expect(joined(history, [sample('10:01:00', 2.5), sample('10:01:30', 3)]).map((one) => one.basis)).toEqual([1, 2.5, 3])
    expect(joined(history, [])).toBe(history)
  })

  it('has a basis where both legs have a bar', () => {
    const bar = (clock: string, close: number): Bar => ({
      timestamp: `2026-11-20T${clock}:00+07:00`, open: close, high: close, low: close, close, volume: 0, value: 0,
      mua_chu_dong_volume: 0, ban_chu_dong_volume: 0, neutral_volume: 0, trade_count: 0, origin: null, is_repaired: false,
    })
    const samples = fromBars([bar('10:00', 1902.3), bar('10:05', 1903)], [bar('10:00', 1900.01)])
    expect(samples).toEqual([{ timeMs: at('10:00:00'), basis: 2.29, future: 1902.3, spot: 1900.01 }])
  })
})

it('draws the session with both fills around zero and keeps its rest empty', () => {
  const places = placesFor('day', [sample('09:00:00', 1), sample('09:00:15', -1)])
  const content = basisContent('F1M day', places)
  expect(content.series[0]).toMatchObject({ kind: 'baseline', base: 0, above: '--premium', below: '--discount', hasBaseLine: true })
  expect(content.series[0]?.points).toHaveLength(2)
  expect(content.axis).toHaveLength(1021)
  expect(basisRows(places, 'day')[0]).toEqual(['09:00:15', '−1.00', '−0.05%', '1,899.0', '1,900.00'])
  expect(placesFor('30m', [])).toEqual({ axis: [], places: [] })
})

it('counts the days to expiry on the exchange’s dates', () => {
  expect([daysUntil('2026-11-20', '2026-12-17'), daysUntil('2026-12-17', '2026-12-17'), daysUntil('2026-12-18', '2026-12-17'), daysUntil(null, '2026-12-17')]).toEqual([27, 0, 0, null])
  expect(weekdayOf('2026-12-17')).toBe(4)
})
