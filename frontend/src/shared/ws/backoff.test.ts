import { expect, it } from 'vitest'
import { backoffMs } from './backoff'

it('may come back after anything up to a window that doubles from 1 s to 30 s', () => {
  const windows = [0, 1, 2, 3, 4, 50].map((failures) => Math.round(backoffMs(failures, () => 1)))
  expect(windows).toEqual([1000, 1000, 2000, 4000, 8000, 30_000])
})

it('spreads clients over the whole window, and never returns at once', () => {
  expect(backoffMs(4, () => 0)).toBe(100)
  expect(backoffMs(4, () => 0.5)).toBe(4050)
})
