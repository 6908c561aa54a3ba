import type { FeedStatus } from '@/shared/api/models'
import { backoffMs } from './backoff'
import { mayReconnect } from './close-codes'
import { readFrame } from './frames'

/**
 * One full-mode channel, kept alive: socket, backoff, REST fallback. Knows nothing of React.
 *
 * Overflow: keeps the newest frame only, so a hidden tab costs one frame, however long it sleeps.
 */

export const SILENCE_LIMIT_MS = 45_000 // the server pings every 30 s: half again without a word is a dead link
export const FALLBACK_AFTER_FAILURES = 3
export const POLL_INTERVAL_MS = 5000
export const FALLBACK_RETRY_MS = 30_000
const HANDSHAKE_LIMIT_MS = 10_000
const STATUS_NOTIFY_MS = 1000
const POLL_TIMEOUT_MS = 4500 // below the interval: at most one poll is in flight

/** open: frames arrive; waiting: nothing arrives, another attempt is planned; refused: the server said not to come back. */
export type Link = 'connecting' | 'open' | 'waiting' | 'polling' | 'refused'

export interface LinkState {
  link: Link
  /** What the feed behind the server last said of itself, and when we heard it (epoch ms). */
  status: FeedStatus | null
  statusAt: number
  error: string | null
  /** Failed attempts in a row, and when the next one is due (epoch ms). */
  failures: number
  retryAt: number | null
  /** Since when nothing arrives (epoch ms). */
  lostAt: number | null
}

/** The part of a WebSocket that is used here; tests bring their own. */
export type SocketLike = Pick<WebSocket, 'onmessage' | 'onclose' | 'close'>

export interface ChannelSocketOptions<T> {
  url: () => string
  poll: (signal: AbortSignal) => Promise<T>
  onData?: (data: T) => void
  feedOf?: (data: T) => FeedStatus | null | undefined
  openSocket?: (url: string) => SocketLike
  random?: () => number
}

type Timer = ReturnType<typeof setTimeout> | undefined

const INITIAL: LinkState = {
  link: 'connecting', status: null, statusAt: 0, error: null, failures: 0, retryAt: null, lostAt: null,
}

export class ChannelSocket<T> {
  private state: LinkState = INITIAL
  private data: T | null = null
  private socket: SocketLike | null = null
  /** Grows when the source of the data changes: an answer to an older generation comes too late. */
  private generation = 0
  private statusNotifiedAt = 0
  private heardAt = 0
  private byeRange: readonly [number, number] | null = null
  private retryTimer: Timer
  private silenceTimer: Timer
  private pollTimer: Timer
  private pollAbort: AbortController | null = null
  private isPolling = false
  private didPollFail = false
  private isStarted = false
  private readonly linkListeners = new Set<() => void>()
  private readonly dataListeners = new Set<() => void>()
  private readonly options: ChannelSocketOptions<T>
  private readonly openSocket: (url: string) => SocketLike
  private readonly random: () => number

  constructor(options: ChannelSocketOptions<T>) {
    this.options = options
    this.openSocket = options.openSocket ?? ((url) => new WebSocket(url))
    this.random = options.random ?? Math.random
  }

  getLink = (): LinkState => this.state
  getData = (): T | null => this.data

  subscribeLink = (listener: () => void): (() => void) => {
    this.linkListeners.add(listener)
    return () => this.linkListeners.delete(listener)
  }

  subscribeData = (listener: () => void): (() => void) => {
    this.dataListeners.add(listener)
    return () => this.dataListeners.delete(listener)
  }

  /** Returns its own stop. */
  start(): () => void {
    this.isStarted = true
    document.addEventListener('visibilitychange', this.onVisible)
    window.addEventListener('online', this.reconnect)
    this.connect()
    return () => {
      this.isStarted = false
      document.removeEventListener('visibilitychange', this.onVisible)
      window.removeEventListener('online', this.reconnect)
      this.dropSocket()
      this.stopPolling()
      clearTimeout(this.retryTimer)
    }
  }

  /** Try now, whatever was planned. */
  reconnect = (): void => {
    if (!this.isStarted || this.state.link === 'open') return
    if (!this.isPolling) this.setState({ link: 'connecting', retryAt: null })
    this.connect()
  }

  private onVisible = (): void => {
    if (document.hidden) return
    // Timers of a hidden tab are throttled, so its silence may not have been noticed.
    if (this.state.link === 'open' && Date.now() - this.heardAt > SILENCE_LIMIT_MS) this.onDown('silence')
    if (this.state.link === 'waiting' || this.state.link === 'polling') this.reconnect()
    if (this.isPolling) void this.pollOnce()
  }

  private connect(): void {
    clearTimeout(this.retryTimer)
    this.dropSocket()
    let socket: SocketLike
    try {
      socket = this.openSocket(this.options.url())
    } catch {
      this.onDown('unreachable')
      return
    }
    this.socket = socket
    this.silenceTimer = setTimeout(() => this.onDown('timeout'), HANDSHAKE_LIMIT_MS)
    socket.onmessage = (event) => {
      if (socket === this.socket && typeof event.data === 'string') this.onFrame(event.data)
    }
    socket.onclose = (event) => {
      if (socket === this.socket) this.onDown(`close_${event.code}`, event.code)
    }
  }

  private onFrame(text: string): void {
    this.heardAt = Date.now()
    clearTimeout(this.silenceTimer)
    this.silenceTimer = setTimeout(() => this.onDown('silence'), SILENCE_LIMIT_MS)
    const frame = readFrame<T>(text)
    switch (frame.kind) {
      case 'data':
        if (this.state.link !== 'open') this.onFirstData()
        this.take(frame.data)
        break
      case 'status':
        this.setStatus(frame.status)
        break
      case 'bye':
        this.byeRange = frame.reconnectInMs
        break
      case 'error':
        this.setState({ error: frame.message })
        break
      case 'other':
        break
    }
  }

  private onFirstData(): void {
    this.stopPolling()
    this.setState({ link: 'open', error: null, failures: 0, retryAt: null, lostAt: null })
  }

  private take(data: T): void {
    this.data = data
    const feed = this.options.feedOf?.(data)
    if (feed) this.setStatus(feed)
    this.options.onData?.(data)
    for (const listener of this.dataListeners) listener()
  }

  private onDown(error: string, code = 0): void {
    this.dropSocket()
    const lostAt = this.state.lostAt ?? Date.now()
    if (!mayReconnect(code)) {
      this.stopPolling()
      this.setState({ link: 'refused', error, retryAt: null, lostAt })
      return
    }
    const isAnnounced = this.byeRange !== null
    const failures = isAnnounced ? this.state.failures : this.state.failures + 1
    const delayMs = this.retryDelayMs(failures)
    this.retryTimer = setTimeout(() => this.connect(), delayMs)
    this.setState({ link: this.isPolling && !this.didPollFail ? 'polling' : 'waiting', error, failures, retryAt: Date.now() + delayMs, lostAt })
    if (failures >= FALLBACK_AFTER_FAILURES && !this.isPolling) this.startPolling()
  }

  private retryDelayMs(failures: number): number {
    if (this.byeRange) {
      const [low, high] = this.byeRange
      this.byeRange = null
      return low + this.random() * (high - low)
    }
    return failures >= FALLBACK_AFTER_FAILURES ? FALLBACK_RETRY_MS : backoffMs(failures, this.random)
  }

  private dropSocket(): void {
    clearTimeout(this.silenceTimer)
    clearTimeout(this.retryTimer)
    const socket = this.socket
    this.socket = null
    if (!socket) return
    socket.onmessage = null
    socket.onclose = null
    socket.close(1000)
  }

  private startPolling(): void {
    this.isPolling = true
    this.generation++
    this.didPollFail = true // until the first answer, nothing arrives
    void this.pollOnce()
  }

  private stopPolling(): void {
    this.isPolling = false
    this.generation++
    clearTimeout(this.pollTimer)
    this.pollAbort?.abort()
    this.pollAbort = null
  }

  private async pollOnce(): Promise<void> {
    clearTimeout(this.pollTimer)
    this.pollTimer = setTimeout(() => void this.pollOnce(), POLL_INTERVAL_MS)
    if (document.hidden || this.pollAbort) return
    const generation = this.generation
    const abort = new AbortController()
    this.pollAbort = abort
    const timeout = setTimeout(() => abort.abort(), POLL_TIMEOUT_MS)
    try {
      const data = await this.options.poll(abort.signal)
      if (generation === this.generation) this.onPolled(data)
    } catch {
      if (generation === this.generation) this.onPollFailed()
    } finally {
      clearTimeout(timeout)
      if (this.pollAbort === abort) this.pollAbort = null
    }
  }

  private onPolled(data: T): void {
    const isServerBack = this.didPollFail && this.data !== null && this.state.failures > FALLBACK_AFTER_FAILURES
    this.didPollFail = false
    if (this.state.link !== 'polling') this.setState({ link: 'polling', lostAt: null })
    this.take(data)
    if (isServerBack) this.reconnect() // it was down and answers again: no need to wait out the 30 s
  }

  private onPollFailed(): void {
    this.didPollFail = true
    if (this.state.link === 'polling') this.setState({ link: 'waiting', lostAt: Date.now() })
  }

  /** Every frame repeats the status; the ages in it are not worth telling more than once a second. */
  private setStatus(status: FeedStatus): void {
    const previous = this.state.status
    const now = Date.now()
    const isNews =
      !previous ||
      previous.state !== status.state ||
      previous.source !== status.source ||
      previous.reason !== status.reason ||
      String(previous.muted_channels) !== String(status.muted_channels)
    this.state = { ...this.state, status, statusAt: now }
    if (!isNews && now - this.statusNotifiedAt < STATUS_NOTIFY_MS) return
    this.statusNotifiedAt = now
    for (const listener of this.linkListeners) listener()
  }

  private setState(change: Partial<LinkState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.linkListeners) listener()
  }
}
