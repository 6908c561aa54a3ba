import { describe, expect, it } from 'vitest'
import { lineBefore } from './line-before'

const day = Array.from({ length: 255 }, (_, place) => ({ place, value: 100 + place }))

describe('lineBefore', () => {
  it('ends in the minute of the signal and begins 29 minutes earlier', () => {
    const line = lineBefore(day, '2026-11-20T10:00:12+07:00')
    expect(line).toHaveLength(30)
    expect(line[0]).toEqual({ place: 0, value: 131 })
    expect(line.at(-1)).toEqual({ place: 29, value: 160 })
  })

  it('goes on over lunch: minutes of trading count', () => {
    expect(lineBefore(day, '2026-11-20T13:05:00+07:00')[0]).toEqual({ place: 0, value: 226 })
  })

  it('is shorter near the open, and stays at its end', () => {
    const line = lineBefore(day, '2026-11-20T09:02:00+07:00')
    expect(line.map(({ place }) => place)).toEqual([27, 28, 29])
  })

  it('is empty without a history or with a moment that is none', () => {
    expect(lineBefore([], '2026-11-20T10:00:00+07:00')).toEqual([])
    expect(lineBefore(day, 'soon')).toEqual([])
  })
})
