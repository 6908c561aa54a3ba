import { expect, it } from 'vitest'
import { price } from '@/test/market-fixtures'
import { placeInLimits } from './limit-place'

it('places a price between floor and ceiling', () => {
  expect(placeInLimits(9300, price())).toBe(0)
  expect(placeInLimits(10_000, price())).toBe(50)
  expect(placeInLimits(20_000, price())).toBe(100)
  expect(placeInLimits(10_000, price({ ceiling: null }))).toBeNull()
  expect(placeInLimits(null, price())).toBeNull()
})
