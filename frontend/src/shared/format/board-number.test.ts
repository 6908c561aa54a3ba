import { describe, expect, it } from 'vitest'
import { formatBillions, formatChange, formatNumber, formatPercent, formatPrice, formatVolume } from './board-number'

describe('board numbers', () => {
  it('groups thousands the same in every language', () => {
    expect([0, 999, 1000, 30_169_800].map((value) => formatNumber(value))).toEqual(['0', '999', '1,000', '30,169,800'])
  })
  it('shows equities in thousand VND and futures in points', () => {
    expect(formatPrice(93_500, 'vnd')).toBe('93.50')
    expect(formatPrice(1944.5, 'points')).toBe('1,944.5')
    expect(formatPrice(99_255, 'vnd')).toBe('99.26') // an average: half a hundredth rounds up
  })
  it('leaves the cell of an absent price or volume empty', () => {
    expect([formatPrice(null, 'vnd'), formatPrice(0, 'vnd'), formatPrice(undefined, 'points'), formatVolume(0), formatVolume(null)]).toEqual(['', '', '', '', ''])
  })
  it('signs with a plus or a real minus, and leaves zero bare', () => {
    expect([formatChange(750, 'vnd'), formatChange(-5000, 'vnd'), formatChange(0, 'vnd'), formatChange(null, 'vnd')]).toEqual(['+0.75', '−5.00', '0.00', ''])
    expect([formatPercent(2.65), formatPercent(-0.001)]).toEqual(['+2.65%', '0.00%'])
  })
  it('shows values in billions', () => expect(formatBillions(21_480_600_000_000)).toBe('21,480.6'))
})
