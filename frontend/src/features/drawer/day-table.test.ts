import { describe, expect, it } from 'vitest'
import { placeTime, tableRows } from './day-table'
import type { Bar } from './symbol-history'
import { linePoints } from './use-day-line'

describe('the day as a table', () => {
  it('names a place of the session by its time, lunch left out', () => {
    expect([0, 149, 150, 254].map(placeTime)).toEqual(['09:00', '11:29', '13:00', '14:44'])
  })

  it('has a row for each half hour and the last point', () => {
    const points = Array.from({ length: 75 }, (_, place) => ({ place, value: place }))
    expect(tableRows(points).map(({ place }) => place)).toEqual([0, 30, 60, 74])
  })
})

describe('the line of a day', () => {
  it('has the last close of each minute, whatever zone the browser is in', () => {
    const bar = (timestamp: string, close: number) => ({ timestamp, close }) as Bar
    expect(linePoints([bar('2026-11-20T09:15:00+07:00', 10), bar('2026-11-20T06:00:00Z', 12)])).toEqual([{ place: 15, value: 10 }, { place: 150, value: 12 }])
  })
})
