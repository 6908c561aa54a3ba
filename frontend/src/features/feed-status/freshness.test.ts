import { describe, expect, it } from 'vitest'
import type { FeedStatus } from '@/shared/api/models'
import type { LinkState } from '@/shared/ws/link-state'
import { chooseBanner } from './banner-choice'
import { freshnessOf } from '@/shared/feed/freshness'
import { marketClock } from './market-clock'

const NOW = 1_000_000
const link = (change: Partial<LinkState>, status: Partial<FeedStatus> = {}): LinkState => ({
  link: 'open', statusAt: NOW, dataAt: NOW, error: null, failures: 0, retryAt: null, lostAt: null,
  status: { source: 'ssi', state: 'live', ages: { MI: 2, 'X-TRADE': 0.4 }, ...status }, ...change,
})
const word = (state: LinkState, hasData = true) => freshnessOf(state, hasData, NOW).word

describe('freshnessOf', () => {
  it('is live only over an open link to a live feed', () => {
    expect(freshnessOf(link({}), true, NOW)).toEqual({ word: 'live', source: 'ssi', isStale: false, ageS: 0.4 })
    expect(['waiting', 'connecting', 'refused', 'polling'].map((name) => word(link({ link: name as LinkState['link'] })))).toEqual(['lost', 'lost', 'refused', 'polling'])
  })
  it.each(['stalled', 'reconnecting', 'failed'] as const)('drains when the feed behind an open link is %s', (state) => {
    expect(freshnessOf(link({}, { state }), true, NOW)).toMatchObject({ word: state, isStale: true })
  })
  it('keeps source and state apart', () => {
    expect(freshnessOf(link({}, { source: 'simulator', state: 'stalled' }), true, NOW)).toMatchObject({ source: 'simulator', word: 'stalled' })
  })
  it('does not believe `live` after 20 s of silence', () => {
    expect(freshnessOf(link({ statusAt: NOW - 21_000 }), true, NOW)).toMatchObject({ word: 'stalled', isStale: true })
    expect(word(link({ statusAt: NOW - 21_000 }, { state: 'lunch' }))).toBe('lunch')
  })
  it('does not believe `live` when nothing new came for 12 s, whatever is said of the feed', () => {
    expect(freshnessOf(link({ dataAt: NOW - 13_000 }), true, NOW)).toEqual({ word: 'stalled', source: 'ssi', isStale: true, ageS: 13 })
    expect(word(link({ dataAt: NOW - 11_000 }))).toBe('live')
    expect(word(link({ dataAt: NOW - 600_000 }, { state: 'closed' }))).toBe('closed')
  })
  it('calls nothing that is replayed live, and lets it stand for as long as it likes', () => {
    for (const state of ['live', 'quiet'] as const) {
      expect(freshnessOf(link({ statusAt: NOW - 600_000, dataAt: NOW - 600_000 }, { source: 'replay', state }), true, NOW)).toMatchObject({ word: 'replaying', source: 'replay', isStale: false })
    }
    expect(word(link({}, { source: 'replay', state: 'reconnecting' }))).toBe('reconnecting')
  })
  it('is not live while a paused page catches up', () => {
    expect(freshnessOf(link({ link: 'paused' }), true, NOW)).toMatchObject({ word: 'paused', isStale: true })
  })
  it('says that a feed is stalled over REST too', () => expect(word(link({ link: 'polling' }, { state: 'stalled' }))).toBe('stalled'))
  it('has nothing to drain before the first data', () => {
    expect(freshnessOf(link({ link: 'connecting', status: null }), false, NOW)).toMatchObject({ word: 'connecting', isStale: false })
  })
})

describe('chooseBanner', () => {
  const choose = (state: LinkState, isFinal = false) => chooseBanner(freshnessOf(state, true, NOW), { is_final: isFinal }, state.failures)
  it('says nothing while SSI is live, and that a market is simulated', () => {
    expect(choose(link({}))).toBeNull()
    expect(choose(link({}, { source: 'simulator' }))).toBe('simulator')
  })
  it('puts a fault before the source', () => expect(choose(link({}, { source: 'simulator', state: 'stalled' }))).toBe('stalled'))
  it('shows a closed session', () => {
    expect(choose(link({}, { state: 'closed' }))).toBe('closed')
    expect(choose(link({}, { state: 'quiet' }), true)).toBe('closed')
  })
})

describe('marketClock', () => {
  const data = { exchangeMs: 500_000, seenAt: NOW - 3000 }
  const fresh = freshnessOf(link({}, { source: 'simulator' }), true, NOW)
  it('moves on from what was last heard', () => expect(marketClock(data, fresh, false, NOW)).toBe(503_000))
  it('stands when the data is stale, and when the day of a simulator is over', () => {
    expect(marketClock(data, { ...fresh, isStale: true }, false, NOW)).toBe(500_000)
    expect(marketClock(data, fresh, true, NOW)).toBe(500_000)
  })
  it('is the wall clock for SSI', () => expect(marketClock(data, { ...fresh, source: 'ssi' }, false, NOW)).toBe(NOW))
  it('shows nothing before the first data', () => expect(marketClock({ exchangeMs: 0, seenAt: 0 }, fresh, false, NOW)).toBeNull())
})
