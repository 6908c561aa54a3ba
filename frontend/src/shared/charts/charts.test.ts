import { expect, it } from 'vitest'
import { readColours, withAlpha } from './chart-colours'
import { formatDay, formatDayMinute, formatMinute, fromChartTime, toChartTime } from './chart-time'
import { placesOf } from './hatched-spans'

const NINE_FIFTEEN = Date.parse('2026-11-20T09:15:00+07:00')

it("gives the library Vietnam's clock as if it were UTC, and takes it back", () => {
  expect(new Date(toChartTime(NINE_FIFTEEN) * 1000).toISOString()).toBe('2026-11-20T09:15:00.000Z')
  expect(fromChartTime(toChartTime(NINE_FIFTEEN))).toBe(NINE_FIFTEEN)
  expect(fromChartTime('2026-11-20')).toBeNull()
})

it('writes moments of Vietnam in any zone', () => {
  const lateEvening = Date.parse('2026-11-20T20:30:00Z')
  expect([formatDay(lateEvening), formatMinute(lateEvening), formatDayMinute(NINE_FIFTEEN)]).toEqual(['21/11', '03:30', '20/11 09:15'])
})

it('puts an opacity to a colour', () => {
  expect([withAlpha('#ff6b78', 0.5), withAlpha('#fff', 1), withAlpha('red', 0.5)]).toEqual(['#ff6b7880', '#ffffffff', 'red'])
})

it('reads the tokens of the moment', () => {
  document.documentElement.style.setProperty('--up', ' #123456')
  expect(readColours(document.documentElement)['--up']).toBe('#123456')
})

it('hatches from the bar a gap begins in to the one it ends in', () => {
  const times = [0, 60, 120, 180]
  expect(placesOf({ fromMs: 70, toMs: 130 }, times)).toEqual({ fromMs: 60, toMs: 120 })
  expect(placesOf({ fromMs: -500, toMs: 10 }, times)).toEqual({ fromMs: 0, toMs: 0 })
  expect(placesOf({ fromMs: -500, toMs: -10 }, times)).toBeNull()
  expect(placesOf({ fromMs: 500, toMs: 600 }, times)).toEqual({ fromMs: 180, toMs: 180 })
})
