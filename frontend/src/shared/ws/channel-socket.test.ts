import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FeedStatus } from '@/shared/api/models'
import { FakeSocket } from '@/test/fake-socket'
import { ChannelSocket, type ChannelSocketOptions } from './channel-socket'
import { LATE_MS } from './lateness'
import { ANSWER_LIMIT_MS, BELIEVED_MS, PROBE_LIMIT_MS, QUIET_LIMIT_MS, SILENCE_LIMIT_MS, SLOW_LIMIT_MS } from './live-socket'
import { HIDDEN_LIMIT_MS } from './page-presence'
import { POLL_INTERVAL_MS } from './rest-fallback'
import { FALLBACK_RETRY_MS, STABLE_MS } from './retry-plan'

interface State {
  n: number
  feed?: FeedStatus
}

let sockets: FakeSocket[] = []
let stop: () => void = () => undefined
const last = (): FakeSocket => sockets.at(-1) ?? expect.fail('no socket was opened')
const snapshot = (n: number, seq = 1) => ({ type: 'snapshot', channel: 'market', epoch: 'e', seq, data: { n } })
const delta = (prev: number, n: number, more = {}) => ({ type: 'delta', channel: 'market', epoch: 'e', seq: prev + 1, prev, data: { n, ...more } })

function start(options: Partial<ChannelSocketOptions<State>> = {}) {
  const taken: number[] = []
  const channel = new ChannelSocket<State>({
    channel: 'market',
    url: () => 'ws://test/ws/market',
    poll: () => Promise.reject(new Error('down')),
    onData: (data) => taken.push(data.n),
    feedOf: (data) => data.feed,
    openSocket: () => {
      sockets.push(new FakeSocket())
      return last()
    },
    random: () => 1, // the end of each window
    ...options,
  })
  stop = channel.start()
  return { channel, taken }
}

/** Fail n attempts in a row, each as soon as it is made. */
async function fail(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    if (i) await vi.runOnlyPendingTimersAsync()
    last().drop()
  }
}

function look(isHidden: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(isHidden)
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  sockets = []
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

describe('a link', () => {
  it('is open only once data has come, and takes the status that comes first', () => {
    const { channel, taken } = start()
    last().say({ type: 'status', source: 'simulator', state: 'live' })
    expect(channel.getLink()).toMatchObject({ link: 'connecting', status: { source: 'simulator' } })
    last().say(snapshot(1))
    expect(channel.getLink().link).toBe('open')
    expect(taken).toEqual([1])
  })

  it('backs off up to 1 s, 2 s, and starts over after a link that held', async () => {
    start()
    last().drop()
    await vi.advanceTimersByTimeAsync(999)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
    last().drop()
    await vi.advanceTimersByTimeAsync(1999)
    expect(sockets).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    last().say(snapshot(1))
    await vi.advanceTimersByTimeAsync(STABLE_MS)
    last().drop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(sockets).toHaveLength(4)
  })

  it('counts a link that broke at once as a failed attempt', async () => {
    const { channel } = start()
    last().drop()
    await vi.advanceTimersByTimeAsync(1000)
    last().say(snapshot(1))
    last().drop()
    expect(channel.getLink().failures).toBe(2)
  })

  it.each([4400, 4401, 4402, 4403])('does not come back after %i, and says so', async (code) => {
    const { channel } = start()
    last().drop(code)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(channel.getLink()).toMatchObject({ link: 'refused', error: `close_${code}` })
    expect(sockets).toHaveLength(1)
  })

  it('comes back after 4402 with a new token, and only with one', async () => {
    const refreshToken = vi.fn().mockResolvedValueOnce(true).mockResolvedValueOnce(false)
    const { channel } = start({ refreshToken })
    last().drop(4402)
    await vi.advanceTimersByTimeAsync(1000)
    expect(sockets).toHaveLength(2)
    last().drop(4402)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(refreshToken).toHaveBeenCalledTimes(2)
    expect(sockets).toHaveLength(2)
    expect(channel.getLink()).toMatchObject({ link: 'refused', error: 'close_4402' })
  })

  it.each([4408, 4410, 4412, 1006])('comes back after %i', async (code) => {
    start()
    last().drop(code)
    await vi.advanceTimersByTimeAsync(1000)
    expect(sockets).toHaveLength(2)
  })

  it('gives a server that has too many more time', async () => {
    start()
    last().drop(4429)
    await vi.advanceTimersByTimeAsync(5999)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
  })

  it('waits as long as `bye` says, and does not count it as a failure', async () => {
    const { channel } = start({ random: () => 0 })
    last().say(snapshot(1))
    last().say({ type: 'bye', reconnect_in_ms: [7000, 9000] })
    last().drop(4410)
    expect(channel.getLink().failures).toBe(0)
    await vi.advanceTimersByTimeAsync(6999)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
  })

  it('says within 5 s that a server does not answer, takes what it says later, and believes it when it answers soon', async () => {
    const { channel, taken } = start()
    last().say(snapshot(1))
    const heardAt = Date.now()
    await vi.advanceTimersByTimeAsync(QUIET_LIMIT_MS)
    expect(last().sent).toEqual([{ action: 'ping' }])
    expect(channel.getLink().link).toBe('open')
    await vi.advanceTimersByTimeAsync(ANSWER_LIMIT_MS)
    expect(channel.getLink()).toMatchObject({ link: 'waiting', error: 'silence', lostAt: heardAt, failures: 0 })
    expect(last().isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(BELIEVED_MS - ANSWER_LIMIT_MS + 1)
    last().say(delta(1, 2))
    last().say({ type: 'pong' })
    expect(taken).toEqual([1, 2])
    expect(channel.getLink().link).toBe('waiting')
    expect(last().sent).toHaveLength(2)
    last().say({ type: 'pong' })
    expect(channel.getLink()).toMatchObject({ link: 'open', error: null, lostAt: null })
  })

  describe('on a slow line', () => {
    const at = (ms: number) => ({ ts: new Date(ms).toISOString() })
    let seq = 0
    /** A frame a second, each made `lateMs` ago. */
    async function flow(seconds: number, lateMs: number): Promise<void> {
      for (let i = 0; i < seconds; i++) {
        last().say({ ...delta(seq, seq), ...at(Date.now() - lateMs) })
        seq++
        await vi.advanceTimersByTimeAsync(1000)
      }
    }
    beforeEach(() => {
      seq = 1
    })

    it('frames that come ever later are not live, and a queue of them is left behind', async () => {
      const { channel } = start()
      last().say({ ...snapshot(1), ...at(Date.now()) })
      await flow(5, LATE_MS)
      expect(last().sent).toEqual([])
      await flow(3, LATE_MS + 1)
      expect(last().sent).toEqual([{ action: 'ping' }])
      expect(channel.getLink().link).toBe('waiting')
      await flow(SLOW_LIMIT_MS / 1000, 6000)
      expect(channel.getLink().link).toBe('waiting')
      last().say({ type: 'pong' })
      expect(channel.getLink()).toMatchObject({ link: 'waiting', error: 'slow' })
      expect(sockets[0]?.isClosed).toBe(true)
      await vi.advanceTimersByTimeAsync(1000)
      expect(sockets).toHaveLength(2)
    })

    it('a clock that was set is no delay', async () => {
      const { channel } = start()
      last().answersPings = true
      last().say({ ...snapshot(1), ...at(Date.now()) })
      await flow(20, 60_000)
      expect(channel.getLink().link).toBe('open')
      expect(last().sent).toHaveLength(1)
    })

    it('a server in another time is as live as any', async () => {
      start()
      last().say({ ...snapshot(1), ...at(Date.now() - 3_600_000) })
      await flow(5, 3_600_000)
      expect(last().sent).toEqual([])
    })
  })

  it('a quiet server that answers is there', async () => {
    const { channel } = start()
    last().answersPings = true
    last().say(snapshot(1))
    await vi.advanceTimersByTimeAsync(10 * SILENCE_LIMIT_MS)
    expect(channel.getLink().link).toBe('open')
    expect(sockets).toHaveLength(1)
  })

  it('takes 40 s of silence for a dead link; a ping is a sign of life', async () => {
    const { channel } = start()
    last().say(snapshot(1))
    const servedAt = Date.now()
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1)
    last().say({ type: 'ping' })
    expect(sockets[0]?.isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1)
    expect(sockets[0]?.isClosed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(channel.getLink()).toMatchObject({ link: 'waiting', error: 'silence', lostAt: servedAt })
    expect(sockets[0]?.isClosed).toBe(true)
  })

  it('gives up a socket that pings and never brings data', async () => {
    const { channel } = start()
    last().say({ type: 'status', source: 'ssi', state: 'live' })
    await vi.advanceTimersByTimeAsync(30_000)
    last().say({ type: 'ping' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(channel.getLink()).toMatchObject({ link: 'waiting', error: 'silence' })
  })

  it('ignores what a given-up socket still says', () => {
    const { channel, taken } = start()
    const first = last()
    const say = first.onmessage
    first.drop()
    channel.reconnect()
    expect(first.onmessage).toBeNull()
    say?.call(first as unknown as WebSocket, { data: JSON.stringify(snapshot(5)) } as MessageEvent)
    expect(taken).toEqual([])
  })

  it('tells of a malformed frame and goes on', () => {
    const { channel, taken } = start()
    last().say('{"n":')
    expect(channel.getLink().error).toBe('malformed_frame')
    last().say(snapshot(2))
    expect(taken).toEqual([2])
    expect(channel.getLink().error).toBeNull()
  })
})

describe('data', () => {
  it('continues with deltas, and not with what comes from elsewhere', () => {
    const kinds: boolean[] = []
    start({ onData: (_, isContinuation) => kinds.push(isContinuation) })
    last().say(snapshot(1))
    last().say(delta(1, 2))
    last().say(snapshot(3, 9))
    expect(kinds).toEqual([false, true, false])
  })

  it('is as old as the last frame that fitted, and the feed as its last word', async () => {
    const { channel } = start()
    const feed = { source: 'ssi', state: 'live', ages: { MI: 1 } } as const
    last().say({ ...snapshot(1), data: { n: 1, feed } })
    const startedAt = Date.now()
    await vi.advanceTimersByTimeAsync(1000)
    last().say(delta(1, 2))
    expect(channel.getLink()).toMatchObject({ statusAt: startedAt, dataAt: startedAt + 1000 })
    await vi.advanceTimersByTimeAsync(1000)
    last().say(delta(2, 3, { feed: { ages: { MI: 0.5 } } }))
    expect(channel.getLink()).toMatchObject({ statusAt: startedAt + 2000, dataAt: startedAt + 2000, status: { ages: { MI: 0.5 } } })
    await vi.advanceTimersByTimeAsync(1000)
    last().say(delta(7, 4)) // a gap
    last().say({ type: 'ping' })
    expect(channel.getLink().dataAt).toBe(startedAt + 2000)
  })
})

describe('the REST fallback', () => {
  it('polls every 5 s after three failures, and tries the socket within 30 s', async () => {
    let n = 0
    const poll = vi.fn(() => Promise.resolve({ n: ++n }))
    const { channel, taken } = start({ poll })
    await fail(3)
    await vi.advanceTimersByTimeAsync(0)
    expect(channel.getLink().link).toBe('polling')
    await vi.advanceTimersByTimeAsync(2 * POLL_INTERVAL_MS)
    expect(taken).toEqual([1, 2, 3])
    const before = sockets.length
    await vi.advanceTimersByTimeAsync(FALLBACK_RETRY_MS - 2 * POLL_INTERVAL_MS)
    expect(sockets).toHaveLength(before + 1)
    last().say(snapshot(100))
    expect(channel.getLink().link).toBe('open')
    const polls = poll.mock.calls.length
    await vi.advanceTimersByTimeAsync(3 * POLL_INTERVAL_MS)
    expect(poll).toHaveBeenCalledTimes(polls)
  })

  it('drops a poll that answers after the socket is back', async () => {
    const answers: ((state: State) => void)[] = []
    const { channel, taken } = start({ poll: () => new Promise((resolve) => answers.push(resolve)) })
    await fail(3)
    channel.reconnect()
    last().say(snapshot(10))
    answers.forEach((answer) => answer({ n: 1 }))
    await vi.advanceTimersByTimeAsync(0)
    expect(taken).toEqual([10])
    expect(channel.getData()).toEqual({ n: 10 })
  })

  it('says nothing arrives while polls fail too, and tries the socket at once when they work again', async () => {
    let isDown = true
    const { channel } = start({ poll: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve({ n: 1 })) })
    last().say(snapshot(0))
    await fail(4)
    expect(channel.getLink().link).toBe('waiting')
    const before = sockets.length
    isDown = false
    await vi.advanceTimersByTimeAsync(POLL_INTERVAL_MS)
    expect(channel.getLink().link).toBe('polling')
    expect(sockets).toHaveLength(before + 1)
  })
})

describe('a page', () => {
  it('hidden for a minute holds no socket, and comes back with a fresh snapshot', async () => {
    const poll = vi.fn(() => Promise.resolve({ n: 7 }))
    const { channel, taken } = start({ poll })
    last().say(snapshot(1))
    look(true)
    await vi.advanceTimersByTimeAsync(30_000)
    last().say({ type: 'ping' })
    await vi.advanceTimersByTimeAsync(HIDDEN_LIMIT_MS - 30_001)
    expect(channel.getLink().link).toBe('open')
    await vi.advanceTimersByTimeAsync(1)
    expect(channel.getLink().link).toBe('paused')
    expect(last().isClosed).toBe(true)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(sockets).toHaveLength(1)
    expect(poll).not.toHaveBeenCalled()
    look(false)
    expect(sockets).toHaveLength(2)
    expect(channel.getLink().link).toBe('paused')
    last().say(snapshot(2, 50))
    expect(channel.getLink().link).toBe('open')
    expect(taken).toEqual([1, 2])
  })

  it('hidden for a moment keeps its socket', async () => {
    const { channel } = start()
    last().say(snapshot(1))
    look(true)
    await vi.advanceTimersByTimeAsync(30_000)
    last().say({ type: 'ping' })
    last().answersPings = true
    look(false)
    await vi.advanceTimersByTimeAsync(35_000)
    expect(channel.getLink().link).toBe('open')
    expect(sockets).toHaveLength(1)
  })

  it('gives up the fallback too while hidden', async () => {
    const poll = vi.fn(() => Promise.resolve({ n: 7 }))
    const { channel } = start({ poll })
    await fail(3)
    await vi.advanceTimersByTimeAsync(0)
    look(true)
    await vi.advanceTimersByTimeAsync(HIDDEN_LIMIT_MS)
    expect(channel.getLink().link).toBe('paused')
    const polls = poll.mock.calls.length
    const opened = sockets.length
    await vi.advanceTimersByTimeAsync(120_000)
    expect(poll).toHaveBeenCalledTimes(polls)
    expect(sockets).toHaveLength(opened)
  })

  it.each(['offline', 'online'])('asks a link in doubt for a sign of life when the browser goes %s', async (event) => {
    const { channel } = start()
    last().say(snapshot(1))
    window.dispatchEvent(new Event(event))
    expect(last().sent).toEqual([{ action: 'ping' }])
    last().say({ type: 'pong' }) // a server on this machine needs no network
    last().answersPings = true
    await vi.advanceTimersByTimeAsync(PROBE_LIMIT_MS)
    expect(channel.getLink().link).toBe('open')
    last().answersPings = false
    window.dispatchEvent(new Event(event))
    await vi.advanceTimersByTimeAsync(PROBE_LIMIT_MS)
    expect(channel.getLink()).toMatchObject({ link: 'waiting', error: 'silence' })
  })

  it('tries at once when the network is back', async () => {
    start()
    await fail(3)
    const before = sockets.length
    window.dispatchEvent(new Event('online'))
    expect(sockets).toHaveLength(before + 1)
  })

  it('that slept finds its link dead without asking', () => {
    const { channel } = start()
    last().say(snapshot(1))
    vi.setSystemTime(Date.now() + 3_600_000) // no timer ran
    look(false)
    expect(sockets).toHaveLength(2)
    expect(channel.getLink()).toMatchObject({ link: 'connecting', error: 'silence' })
  })

  it('asks each new socket for the symbols that are listened to, and tells their events', () => {
    const { channel } = start()
    const heard: string[] = []
    channel.events.listenSymbol('VCB', ({ type }) => heard.push(type))
    expect(last().sent).toEqual([])
    last().say(snapshot(1))
    expect(last().sent).toEqual([{ action: 'subscribe', symbols: ['VCB'] }])
    last().say({ type: 'snapshot', topic: 'symbol:VCB', epoch: 'e', seq: 4, data: {} })
    last().say({ type: 'batch', epoch: 'e', position: 9, messages: [{ type: 'trade', topic: 'symbol:VCB' }, { type: 'trade', topic: 'symbol:FPT' }] })
    expect(heard).toEqual(['snapshot', 'trade'])
    last().drop()
    vi.runOnlyPendingTimers()
    expect(sockets).toHaveLength(2)
    last().say(snapshot(2))
    expect(last().sent).toEqual([{ action: 'subscribe', symbols: ['VCB'] }])
  })

  it('hidden keeps its socket while somebody waits for it, and lets go when nobody does', async () => {
    let isWaitedFor = true
    const { channel } = start({ staysAwake: () => isWaitedFor })
    last().say(snapshot(1))
    look(true)
    await vi.advanceTimersByTimeAsync(HIDDEN_LIMIT_MS / 2)
    last().say(delta(1, 2))
    await vi.advanceTimersByTimeAsync(HIDDEN_LIMIT_MS / 2 + 1)
    last().say(delta(2, 3))
    expect(channel.getLink().link).toBe('open')
    isWaitedFor = false
    await vi.advanceTimersByTimeAsync(HIDDEN_LIMIT_MS / 2)
    last().say(delta(3, 4))
    await vi.advanceTimersByTimeAsync(HIDDEN_LIMIT_MS / 2)
    expect(channel.getLink().link).toBe('paused')
    expect(last().isClosed).toBe(true)
  })

  it('greets each new socket once it speaks, and hands on lists and events', async () => {
    const lists: unknown[] = []
    const events: unknown[] = []
    const greeting = { action: 'subscribe', channels: ['alerts'] }
    start({ greeting, onList: (channel, items) => lists.push([channel, items]), onEvents: (messages) => events.push(...messages) })
    expect(last().sent).toEqual([])
    last().say({ type: 'status', source: 'ssi', state: 'live' })
    last().say({ type: 'snapshot', channel: 'alerts', epoch: 'e', seq: 3, position: 3, data: [1, 2] })
    last().say({ type: 'batch', epoch: 'e', position: 4, messages: [{ type: 'alert' }] })
    expect([last().sent, lists, events]).toEqual([[greeting], [['alerts', [1, 2]]], [{ type: 'alert' }]])
    last().drop()
    await vi.runOnlyPendingTimersAsync()
    last().say({ type: 'status', source: 'ssi', state: 'live' })
    expect(last().sent).toEqual([greeting])
  })
})
