import { expect, it } from 'vitest'
import { pointChange } from './point-changes'

const at = (timeMs: number, value = 1) => ({ timeMs, value })
const day = [at(1), at(2), at(3)]

it('has nothing to do for the same points', () => {
  expect(pointChange(day, day)).toEqual({ kind: 'none' })
  expect(pointChange(day, [...day])).toEqual({ kind: 'none' })
})

it('appends what is new at the end and corrects the last point', () => {
  expect(pointChange(day, [...day, at(4)])).toEqual({ kind: 'append', from: 3 })
  expect(pointChange(day, [...day.slice(0, 2), at(3, 9), at(4)])).toEqual({ kind: 'append', from: 2 })
})

it('replaces everything when the past changed, shrank, or too much is new', () => {
  expect(pointChange(day, [at(1, 5), ...day.slice(1)]).kind).toBe('replace')
  expect(pointChange(day, day.slice(0, 2)).kind).toBe('replace')
  expect(pointChange(day, [...day.slice(0, 2), at(4)]).kind).toBe('replace')
  expect(pointChange([], day).kind).toBe('replace')
  expect(pointChange(day, [...day, ...Array.from({ length: 30 }, (_, i) => at(4 + i))]).kind).toBe('replace')
})
