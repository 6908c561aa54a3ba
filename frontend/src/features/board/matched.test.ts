import { describe, expect, it } from 'vitest'
import { price } from '@/test/market-fixtures'
import { isIndicative, matchedChange, matchedPercent, matchedPrice, matchedVolume } from './matched'

describe('the matched columns', () => {
  it('show the last match while trading goes on', () => {
    const traded = price()
    expect([isIndicative(traded), matchedPrice(traded), matchedChange(traded), matchedPercent(traded), matchedVolume(traded)]).toEqual([false, 10_100, 100, 1, 500])
  })

  it('show in an auction what would be matched, against the reference, and the imbalance', () => {
    const auction = price({ phase: 'atc', est_match_price: 9800 })
    expect([isIndicative(auction), matchedPrice(auction), matchedChange(auction), matchedPercent(auction), matchedVolume(auction)]).toEqual([true, 9800, -200, -2, 200])
  })

  it('keep the last match of an auction without an indicative price, and show the imbalance where there is none', () => {
    const silent = price({ phase: 'atc', est_match_price: null })
    expect([isIndicative(silent), matchedPrice(silent), matchedVolume(silent)]).toEqual([false, 10_100, 500])
    const first = price({ phase: 'ato', est_match_price: null, last_price: null, change: null, change_pct: null, last_volume: null })
    expect([isIndicative(first), matchedPrice(first), matchedChange(first), matchedPercent(first), matchedVolume(first)]).toEqual([true, null, null, null, 200])
  })
})
