import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeSocket } from '@/test/fake-socket'
import { channelRows } from './channel-rows'
import { ConsoleSession, FRAMES_KEPT, TEXT_KEPT, urlOf } from './console-session'
import { quantileOf, rateOf, type TimedScrape } from './metric-rates'
import { niceCeiling } from './nice-ceiling'
import { labelsOf, scrapeOf, total, type Sample } from './samples'

/** `name{label="x"} 1`, a line each. */
const readScrape = (text: string) => {
  const figures: Record<string, Sample[]> = {}
  for (const line of text.split('\n')) {
    const [, name = '', label, word = '', value] = /^(\w+)(?:\{(\w+)="(.*)"\})? (.+)$/.exec(line) ?? []
    ;(figures[name] ??= []).push({ labels: label ? { [label]: word } : {}, value: Number(value) })
  }
  return scrapeOf(figures)
}
const scrape = (at: number, text: string): TimedScrape => ({ at, scrape: readScrape(text) })
const lag = (counts: readonly number[]) => ['0.1', '0.5', '+Inf'].map((le, i) => `feed_lag_seconds_bucket{le="${le}"} ${counts[i]}`).join('\n')

describe('figures', () => {
  it('adds up the samples that have the labels', () => {
    const read = readScrape('a{x="1"} 2\na{x="2"} 30\nb 1')
    expect([total(read, 'a'), total(read, 'a', { x: '1' }), total(read, 'a', { x: '9' }), total(read, 'c')]).toEqual([32, 2, null, null])
    expect(labelsOf(read, 'a', 'x')).toEqual(['1', '2'])
  })

  it('tells rates, unless the server was started again', () => {
    const [before, after, again] = [scrape(0, 'n 10'), scrape(2000, 'n 30'), scrape(4000, 'n 2')]
    expect([rateOf(before, after, 'n'), rateOf(after, again, 'n'), rateOf(null, after, 'n'), rateOf(before, after, 'm')]).toEqual([10, null, null, null])
    expect(rateOf(before, scrape(1000, 'n 10\nnew 5'), 'new')).toBe(5)
  })

  it('tells quantiles of what happened in between', () => {
    const [before, after] = [scrape(0, lag([100, 100, 100])), scrape(1000, lag([150, 198, 200]))]
    expect(quantileOf(before, after, 'feed_lag_seconds', 0.25)).toBeCloseTo(0.05)
    expect(quantileOf(before, after, 'feed_lag_seconds', 0.5)).toBeCloseTo(0.1)
    expect(quantileOf(before, after, 'feed_lag_seconds', 0.74)).toBeCloseTo(0.3)
    expect(quantileOf(before, after, 'feed_lag_seconds', 0.995)).toBe(0.5) // above the last bound nothing finer is known
    expect(quantileOf(before, before, 'feed_lag_seconds', 0.5)).toBeNull()
    expect(quantileOf(after, before, 'feed_lag_seconds', 0.5)).toBeNull()
  })

  it('rounds an axis up', () => expect([0, 0.7, 1, 1.3, 2.2, 182, 4000].map(niceCeiling)).toEqual([1, 1, 1, 2, 2.5, 200, 5000]))
})

it('says of each channel how it is', () => {
  const status = { source: 'ssi', state: 'partial', ages: { 'X-TRADE': 0.2, MI: 40, F: 900, R: 2 }, muted_channels: ['MI'] } as const
  const rows = channelRows({ ...status, muted_channels: [...status.muted_channels] }, 'partial', 1, null, null)
  expect(rows.map(({ channel, state, ageS }) => [channel, state, ageS])).toEqual([['X-TRADE', 'live', 1.2], ['MI', 'mute', 41], ['F', 'quiet', 901], ['R', 'live', 3]])
  expect(channelRows({ ...status, state: 'lunch', muted_channels: [] }, 'lunch', 0, null, null).every(({ state }) => state === 'lunch')).toBe(true)
  expect(channelRows(null, 'connecting', 0, null, null)).toEqual([])
})

it.each([['lost', 'unknown'], ['paused', 'unknown'], ['refused', 'unknown'], ['stalled', 'stalled'], ['polling', 'live']] as const)('says of no channel that it is live because it was: %s', (word, said) => {
  const status = { source: 'ssi', state: 'live', ages: { R: 2 } } as const
  expect(channelRows(status, word, 30, null, null).map(({ state, ageS }) => [state, ageS])).toEqual([[said, 32]])
})

describe('ConsoleSession', () => {
  const target = { path: '/v1/ws', query: {}, token: '' }
  let sockets: (FakeSocket & { onopen: WebSocket['onopen']; onerror: null; url: string; protocols: string[] })[] = []
  const last = () => sockets.at(-1) ?? expect.fail('no socket')
  const start = () =>
    new ConsoleSession((url, protocols) => {
      sockets.push(Object.assign(new FakeSocket(), { onopen: null, onerror: null, url, protocols }))
      return last()
    })
  const open = (): void => {
    last().onopen?.call(last() as unknown as WebSocket, new Event('open'))
  }

  beforeEach(() => {
    vi.useFakeTimers()
    sockets = []
  })
  afterEach(() => void vi.useRealTimers())

  it('builds the address and keeps the token out of it', () => {
    expect(urlOf({ path: '/ws/market', query: { mode: 'delta', symbols: '' }, token: 'x' })).toMatch(/^ws:\/\/.*\/ws\/market\?mode=delta$/)
    start().connect({ ...target, token: 'secret' })
    expect(last().url).not.toContain('secret')
    expect(last().protocols).toEqual(['bearer', 'secret'])
  })

  it('shows what goes and comes, and resumes where it was', () => {
    const session = start()
    session.connect(target)
    expect(session.get().state).toBe('connecting')
    open()
    session.send('{"action":"subscribe","symbols":["VCB"]}')
    last().say({ type: 'subscribed', session_id: 'e.1', position: 5, symbols: ['VCB'] })
    last().say({ type: 'batch', position: 9, messages: [{}, {}] })
    vi.advanceTimersByTime(300)
    expect(session.get().frames.map(({ direction, kind }) => [direction, kind])).toEqual([['note', 'connect'], ['out', 'subscribe'], ['in', 'subscribed'], ['in', 'batch 2']])
    last().drop(4408)
    expect(session.get()).toMatchObject({ state: 'closed', closeCode: 4408, sessionId: 'e.1', position: 9 })
    session.resume(target)
    expect(new URL(last().url).search).toBe('?session_id=e.1&position=9')
  })

  it('stands still while held and goes on with what came meanwhile', () => {
    const session = start()
    session.connect(target)
    open()
    session.setHeld(true)
    last().say({ type: 'status' })
    vi.advanceTimersByTime(300)
    expect(session.get()).toMatchObject({ received: 1, isHeld: true })
    expect(session.get().frames).toHaveLength(1)
    session.setHeld(false)
    expect(session.get().frames).toHaveLength(2)
  })

  it('stays bounded', () => {
    const session = start()
    session.connect(target)
    last().say('x'.repeat(TEXT_KEPT + 1))
    for (let i = 0; i < FRAMES_KEPT + 10; i++) last().say({ type: 'ping' })
    vi.advanceTimersByTime(300)
    expect(session.get().frames).toHaveLength(FRAMES_KEPT)
    expect(session.get().dropped).toBe(12)
    session.clear()
    expect(session.get().frames).toEqual([])
  })

  it('hears nothing more once dropped', () => {
    const session = start()
    session.connect(target)
    session.drop()
    expect([last().isClosed, last().onmessage, session.get().state]).toEqual([true, null, 'closed'])
  })
})
