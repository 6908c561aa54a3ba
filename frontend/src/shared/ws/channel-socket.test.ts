import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChannelSocket, FALLBACK_RETRY_MS, POLL_INTERVAL_MS, SILENCE_LIMIT_MS, type SocketLike } from './channel-socket'

interface State {
  n: number
}

class FakeSocket implements SocketLike {
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null
  isClosed = false
  close = (): void => {
    this.isClosed = true
  }
  say(message: unknown): void {
    this.onmessage?.call(this as unknown as WebSocket, { data: typeof message === 'string' ? message : JSON.stringify(message) } as MessageEvent)
  }
  drop(code = 1006): void {
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent)
  }
}

let sockets: FakeSocket[] = []
let stop: () => void = () => undefined
const last = (): FakeSocket => sockets.at(-1) ?? expect.fail('no socket was opened')

function start(poll: (signal: AbortSignal) => Promise<State> = () => Promise.reject(new Error('down'))) {
  const taken: number[] = []
  const channel = new ChannelSocket<State>({
    url: () => 'ws://test/ws/market',
    poll,
    onData: (data) => taken.push(data.n),
    openSocket: () => {
      sockets.push(new FakeSocket())
      return last()
    },
    random: () => 0,
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

beforeEach(() => {
  vi.useFakeTimers()
  sockets = []
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

describe('ChannelSocket', () => {
  it('is open only once data has come, and takes the status that comes first', () => {
    const { channel, taken } = start()
    last().say({ type: 'status', source: 'simulator', state: 'live' })
    expect(channel.getLink()).toMatchObject({ link: 'connecting', status: { source: 'simulator' } })
    last().say({ n: 1 })
    expect(channel.getLink().link).toBe('open')
    expect(taken).toEqual([1])
  })

  it('backs off 1 s, 2 s, and starts over after data', async () => {
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
    last().say({ n: 1 })
    last().drop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(sockets).toHaveLength(4)
  })

  it.each([4400, 4401, 4403])('does not come back after %i', async (code) => {
    const { channel } = start()
    last().drop(code)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(channel.getLink()).toMatchObject({ link: 'refused', error: `close_${code}` })
    expect(sockets).toHaveLength(1)
  })

  it.each([4408, 4410, 4412, 4429])('comes back after %i', async (code) => {
    start()
    last().drop(code)
    await vi.advanceTimersByTimeAsync(1000)
    expect(sockets).toHaveLength(2)
  })

  it('waits as long as `bye` says, and does not count it as a failure', async () => {
    const { channel } = start()
    last().say({ n: 1 })
    last().say({ type: 'bye', reconnect_in_ms: [7000, 9000] })
    last().drop(4410)
    expect(channel.getLink().failures).toBe(0)
    await vi.advanceTimersByTimeAsync(6999)
    expect(sockets).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(2)
  })

  it('polls REST every 5 s after three failures, and tries the socket every 30 s', async () => {
    let n = 0
    const poll = vi.fn(() => Promise.resolve({ n: ++n }))
    const { channel, taken } = start(poll)
    await fail(3)
    await vi.advanceTimersByTimeAsync(0)
    expect(channel.getLink().link).toBe('polling')
    await vi.advanceTimersByTimeAsync(2 * POLL_INTERVAL_MS)
    expect(taken).toEqual([1, 2, 3])
    const before = sockets.length
    await vi.advanceTimersByTimeAsync(FALLBACK_RETRY_MS - 2 * POLL_INTERVAL_MS)
    expect(sockets).toHaveLength(before + 1)
    last().say({ n: 100 })
    expect(channel.getLink().link).toBe('open')
    const polls = poll.mock.calls.length
    await vi.advanceTimersByTimeAsync(3 * POLL_INTERVAL_MS)
    expect(poll).toHaveBeenCalledTimes(polls)
  })

  it('drops a poll that answers after the socket is back', async () => {
    const answers: ((state: State) => void)[] = []
    const { channel, taken } = start(() => new Promise((resolve) => answers.push(resolve)))
    await fail(3)
    channel.reconnect()
    last().say({ n: 10 })
    answers.forEach((answer) => answer({ n: 1 }))
    await vi.advanceTimersByTimeAsync(0)
    expect(taken).toEqual([10])
    expect(channel.getData()).toEqual({ n: 10 })
  })

  it('says nothing arrives while polls fail too, and tries the socket at once when they work again', async () => {
    let isDown = true
    const { channel } = start(() => (isDown ? Promise.reject(new Error('down')) : Promise.resolve({ n: 1 })))
    last().say({ n: 0 })
    await fail(4)
    expect(channel.getLink().link).toBe('waiting')
    const before = sockets.length
    isDown = false
    await vi.advanceTimersByTimeAsync(POLL_INTERVAL_MS)
    expect(channel.getLink().link).toBe('polling')
    expect(sockets).toHaveLength(before + 1)
  })

  it('takes 45 s of silence for a dead link; a ping is a sign of life', async () => {
    const { channel } = start()
    last().say({ n: 1 })
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1)
    last().say({ type: 'ping' })
    await vi.advanceTimersByTimeAsync(SILENCE_LIMIT_MS - 1)
    expect(channel.getLink().link).toBe('open')
    await vi.advanceTimersByTimeAsync(1)
    expect(channel.getLink()).toMatchObject({ link: 'waiting', error: 'silence' })
    expect(sockets[0]?.isClosed).toBe(true)
  })

  it('ignores what a given-up socket still says', () => {
    const { channel, taken } = start()
    const first = last()
    const say = first.onmessage
    first.drop()
    channel.reconnect()
    say?.call(first as unknown as WebSocket, { data: '{"n":5}' } as MessageEvent)
    expect(taken).toEqual([])
  })

  it('survives a malformed frame', () => {
    const { channel, taken } = start()
    last().say('{"n":')
    expect(channel.getLink().error).toBe('malformed_frame')
    last().say({ n: 2 })
    expect(taken).toEqual([2])
    expect(channel.getLink().error).toBeNull()
  })
})
