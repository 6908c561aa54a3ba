import { describe, expect, it } from 'vitest'
import { price } from '@/test/market-fixtures'
import { auctionOf, bookOf } from './book'

describe('the book', () => {
  it('sums what is wanted and offered at the three levels', () => {
    expect(bookOf(price())).toEqual({ bidVolume: 600, askVolume: 400, largest: 400 })
    expect(bookOf(price({ bids: null, asks: [] }))).toEqual({ bidVolume: 0, askVolume: 0, largest: 1 })
  })

  it('has an indicative price and an imbalance in auctions only', () => {
    expect(auctionOf(price())).toBeNull()
    expect(auctionOf(price({ phase: 'atc', est_match_price: 10_150 }))).toEqual({ price: 10_150, imbalance: 200 })
    expect(auctionOf(price({ phase: 'ato', est_match_price: 0, bids: [] }))).toEqual({ price: null, imbalance: -400 })
  })
})
