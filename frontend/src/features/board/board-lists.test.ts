import { describe, expect, it } from 'vitest'
import { symbolState } from '@/test/market-fixtures'
import { boardLists, listTabs, SHARED_LIST, type OwnLists } from './board-lists'

const NO_OWN: OwnLists = { sectors: {}, watchlists: [], shared: null }
const BANK = symbolState('VCB')
const STEEL = symbolState('HPG')
const SMALL = symbolState('AAA', { exchange: 'HNX' })
const FUTURE = { ...symbolState('41I1GC000', { exchange: 'DERIVATIVES' }), contract: { symbol: '41I1GC000', alias: 'VN30F1M' } }

const show = (own: Partial<OwnLists>, states = [BANK, STEEL, SMALL, FUTURE]) => boardLists(states, ['VCB', 'HPG'], { ...NO_OWN, ...own })

describe('the lists of the board', () => {
  it('are the basket, exchanges with more than the basket, futures and sectors that have symbols', () => {
    const lists = show({ sectors: { Banks: ['VCB', 'BID'], Retail: ['MWG'] } })
    expect(lists.map(({ id, symbols }) => [id, symbols.length])).toEqual([['VN30', 2], ['HNX', 1], ['futures', 1], ['sector:Banks', 1]])
  })

  it('are the own lists in their order, with what this server does not track named', () => {
    const [list] = show({ watchlists: [{ id: 'a', name: 'Mine', symbols: ['HPG', 'VN30F1M', 'NOPE', 'VCB'] }] }).slice(-1)
    expect(list).toMatchObject({ id: 'watch:a', kind: 'watch', symbols: ['HPG', '41I1GC000', 'VCB'], untracked: ['NOPE'] })
  })

  it('have one that came with a link', () => {
    expect(show({ shared: { name: 'Sent', symbols: ['VCB'] } }).at(-1)).toMatchObject({ id: SHARED_LIST, name: 'Sent', symbols: ['VCB'] })
  })

  it('are none before there is data', () => {
    expect(show({ watchlists: [{ id: 'a', name: 'Mine', symbols: ['VCB'] }] }, [])).toEqual([])
  })

  it('share tabs: one for all sectors, one for own lists even when there are none', () => {
    const tabs = listTabs(show({ sectors: { Banks: ['VCB'], Steel: ['HPG'] } }))
    expect(tabs.map(({ kind, lists }) => [kind, lists.length])).toEqual([['basket', 1], ['exchange', 1], ['futures', 1], ['sector', 2], ['watch', 0]])
  })
})
