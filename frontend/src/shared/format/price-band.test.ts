import { expect, it } from 'vitest'
import { priceBand } from './price-band'

const limits = { ceiling: 10_700, floor: 9300, ref_price: 10_000 }

it('gives each price the colour of its place between the limits', () => {
  expect([10_700, 10_100, 10_000, 9990, 9300].map((price) => priceBand(price, limits))).toEqual(['ceil', 'up', 'ref', 'down', 'floor'])
})

it('has no colour without a price or a reference', () => {
  expect([priceBand(0, limits), priceBand(null, limits), priceBand(100, {})]).toEqual(['', '', ''])
})
