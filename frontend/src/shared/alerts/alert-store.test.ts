import { describe, expect, it, vi } from 'vitest'
import type { Alert } from '@/shared/api/models'
import { alertAt } from '@/test/alert-fixtures'
import { ALERTS_KEPT, AlertStore, PACE_MS } from './alert-store'

function open({ readUpTo = '', muted = [] as string[] } = {}) {
  const memory = { readUpTo }
  const store = new AlertStore({ isMuted: (symbol) => muted.includes(symbol), getReadUpTo: () => memory.readUpTo, setReadUpTo: (timestamp) => (memory.readUpTo = timestamp) })
  const news: Alert[] = []
  store.onNews((alerts) => news.push(...alerts))
  return { store, memory, news }
}

const [first, second, third] = [alertAt('09:15:00'), alertAt('09:16:00'), alertAt('09:17:00')] as const

describe('AlertStore', () => {
  it('takes the first list as what was there before', () => {
    const { store, news, memory } = open()
    expect(store.isKnown()).toBe(false)
    store.offerList([second, first])
    expect(store.getAlerts()).toEqual([second, first])
    expect([store.getUnread().size, news.length, memory.readUpTo]).toEqual([0, 0, second.timestamp])
  })

  it('goes on with what was read before a reload', () => {
    const { store, news } = open({ readUpTo: first.timestamp })
    store.offerList([third, second, first])
    expect([...store.getUnread()]).toEqual([third.id, second.id])
    expect(news).toEqual([])
  })

  it('has read everything of a market that is older than its memory', () => {
    const { store, memory } = open({ readUpTo: '2027-01-04T09:00:00+07:00' })
    store.offerList([second, first])
    expect([store.getUnread().size, memory.readUpTo]).toEqual([0, second.timestamp])
  })

  it('knows from when on it has every alert', () => {
    const { store } = open()
    const [fourth, fifth] = [alertAt('09:18:00'), alertAt('09:19:00')]
    store.offerOlder([fourth, third], 2)
    expect(store.getKnownSince()).toBe(third.timestamp)
    store.offerOlder([fifth, fourth], 2) // reaches what is known
    expect(store.getKnownSince()).toBe(third.timestamp)
    store.offerOlder([fifth], 2) // a server that was started again has less
    expect(store.getKnownSince()).toBe(third.timestamp)
    store.offerOlder([fifth, fourth, third, second, first], 500)
    expect(store.getKnownSince()).toBe('')
    store.offerOlder([alertAt('10:01:00'), alertAt('10:00:00')], 2) // nobody knows what was in between
    expect(store.getKnownSince()).toBe(alertAt('10:00:00').timestamp)
  })

  it('tells events, and what a later list shows to have been missed, once each', () => {
    const { store, news } = open()
    store.offerList([])
    store.offerEvents([first])
    store.offerEvents([first])
    store.offerList([third, second, first])
    expect(news).toEqual([first, third, second])
    expect(store.getAlerts()).toEqual([third, second, first])
    expect(store.getUnread().size).toBe(3)
  })

  it('tells the first event at once, those that follow together, and what is critical with all that waits', () => {
    vi.useFakeTimers()
    const { store, news } = open()
    store.offerList([])
    store.offerEvents([first])
    expect(news).toEqual([first])
    store.offerEvents([second])
    store.offerEvents([third])
    expect(news).toEqual([first])
    vi.advanceTimersByTime(PACE_MS)
    expect(news).toEqual([first, third, second])
    const [calm, critical] = [alertAt('09:18:00'), alertAt('09:19:00', { severity: 'CRITICAL' })]
    store.offerEvents([calm])
    store.offerEvents([critical])
    expect(news.slice(3)).toEqual([critical, calm])
    vi.advanceTimersByTime(2 * PACE_MS)
    expect(news).toHaveLength(5)
    vi.useRealTimers()
  })

  it('completes the past without calling it news', () => {
    const { store, news } = open()
    store.offerList([third])
    store.offerOlder([third, second, first], 500)
    expect(store.getAlerts()).toHaveLength(3)
    expect([news.length, store.getUnread().size]).toEqual([0, 0])
  })

  it('keeps muted symbols in the list and out of everything else', () => {
    const { store, news } = open({ muted: ['VCB'] })
    store.offerList([])
    store.offerEvents([alertAt('09:20:00', { symbol: 'VCB' }), second])
    expect(store.getAlerts()).toHaveLength(2)
    expect(news).toEqual([second])
    expect([...store.getUnread()]).toEqual([second.id])
    store.markSymbolRead('HPG')
    expect(store.getUnread().size).toBe(0)
  })

  it('remembers what was read', () => {
    const { store, memory } = open()
    store.offerList([])
    store.offerEvents([first, second])
    store.markAllRead()
    expect([store.getUnread().size, memory.readUpTo]).toEqual([0, second.timestamp])
  })

  it('stays bounded', () => {
    const { store } = open()
    store.offerList([])
    store.offerEvents(Array.from({ length: ALERTS_KEPT + 5 }, () => alertAt('10:00:00')))
    expect(store.getAlerts()).toHaveLength(ALERTS_KEPT)
    expect(store.getUnread().size).toBe(ALERTS_KEPT)
  })
})
