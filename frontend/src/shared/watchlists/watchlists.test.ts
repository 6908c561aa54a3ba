import { beforeEach, describe, expect, it } from 'vitest'
import { LISTS_MAX, parseSymbols, shareAddress, SYMBOLS_MAX, useWatchlists } from './watchlists'

const store = () => useWatchlists.getState()
beforeEach(() => useWatchlists.setState({ lists: [] }))

describe('watchlists', () => {
  it('are several, each with its symbols in the order they came', () => {
    const banks = store().add(' Ngân hàng ', ['VCB']) ?? ''
    const other = store().add('Khác') ?? ''
    expect(banks).not.toBe(other)
    store().toggle(banks, 'BID')
    store().toggle(other, 'FPT')
    store().toggle(banks, 'VCB')
    expect(store().lists.map(({ name, symbols }) => [name, symbols])).toEqual([['Ngân hàng', ['BID']], ['Khác', ['FPT']]])
    store().rename(banks, 'NH')
    store().rename(banks, '   ')
    store().remove(other)
    expect(store().lists.map(({ name }) => name)).toEqual(['NH'])
  })

  it('have an end', () => {
    for (let n = 0; n < LISTS_MAX; n++) expect(store().add(`L${n}`)).not.toBeNull()
    expect(store().add('one more')).toBeNull()
    expect(parseSymbols(Array.from({ length: SYMBOLS_MAX + 9 }, (_, n) => `A${1000 + n}`).join(' '))).toHaveLength(SYMBOLS_MAX)
  })

  it('are read from what people type', () => {
    expect(parseSymbols('vcb, FPT;hpg VCB <b>x')).toEqual(['VCB', 'FPT', 'HPG'])
    expect(parseSymbols('')).toEqual([])
  })

  it('travel in a link', () => {
    expect(shareAddress('http://host', { name: 'Ngân hàng', symbols: ['VCB', 'BID'] })).toBe('http://host/?watch=VCB,BID&name=Ng%C3%A2n+h%C3%A0ng')
  })
})
