import { expect, it } from 'vitest'
import { backoffMs } from './backoff'

it('doubles from 1 s and never passes 30 s, however the dice fall', () => {
  expect([1, 2, 3, 4].map((failures) => backoffMs(failures, () => 0))).toEqual([1000, 2000, 4000, 8000])
  expect(backoffMs(50, () => 0.999)).toBeLessThanOrEqual(30_000)
  expect(backoffMs(0, () => 0)).toBe(1000)
})
