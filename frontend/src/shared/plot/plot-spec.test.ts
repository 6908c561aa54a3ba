import { expect, it } from 'vitest'
import { lastPlace, scaleOf, type Series } from './plot-spec'
import { daysAxis, sessionAxis, stretch } from './session-axis'

const line = (values: readonly (number | null)[]): Series => ({ kind: 'line', values, colour: '--text' })

it('has round steps and zero in sight', () => {
  const scale = scaleOf([line([3, null, 87])], 200)
  expect([scale.low, scale.ticks]).toEqual([0, [0, 20, 40, 60, 80]])
  expect(scaleOf([line([-5, -40])], 200).high).toBe(0)
  expect(scaleOf([line([])], 200).high).toBeGreaterThan(0)
})

it('knows the last place with a value', () => {
  expect(lastPlace([{ weight: 1, format: String, series: [line([1, 2, null])] }])).toBe(1)
  expect(lastPlace([])).toBe(-1)
})

it('takes lunch out of the session and names the half hours', () => {
  expect(sessionAxis().labels.slice(4, 7).map((label) => label.text)).toEqual(['11:00', '11:30 · 13:00', '13:30'])
  expect(sessionAxis(120, 150)).toMatchObject({ places: 30, breaks: [] })
  expect(daysAxis(['2026-11-19', '2026-11-20'])).toMatchObject({ places: 510, breaks: [255] })
  expect([stretch(30, 5), stretch(30, 99), stretch(null, 9)]).toEqual([{ from: 0, to: 30 }, { from: 70, to: 100 }, { from: 0, to: 255 }])
})
