import type { FeedStatus } from '@/shared/api/models'
import { afterClose } from './close-codes'
import { DeltaChannel } from './delta-channel'
import { EventDesk } from './event-desk'
import { readFrame, type Frame, type SnapshotFrame } from './frames'
import { Lateness } from './lateness'
import { LinkStore } from './link-state'
import { LiveSocket, type SocketLike } from './live-socket'
import { watchPresence } from './page-presence'
import { RestFallback } from './rest-fallback'
import { FALLBACK_AFTER_FAILURES, RetryPlan } from './retry-plan'

/**
 * One channel in delta mode, kept alive: gaps, reconnection, REST fallback, hidden pages. Knows nothing of React.
 *
 * Overflow: patches merge into one state as they come, so a page that shows nothing for a while costs that one state.
 */

export interface ChannelSocketOptions<T> {
  channel: string
  url: () => string
  poll: (signal: AbortSignal) => Promise<T>
  /** `isContinuation`: it follows from what was shown before, as a snapshot or a poll does not. */
  onData?: (data: T, isContinuation: boolean) => void
  feedOf?: (data: T) => FeedStatus | null | undefined
  /** What every new socket is told first; what it brings beside the channel goes to onList and onEvents. */
  greeting?: object
  onList?: (channel: string, items: readonly unknown[]) => void
  onEvents?: (messages: readonly unknown[]) => void
  /** Somebody waits for something of this page though nobody looks: a hidden page keeps its socket. */
  staysAwake?: () => boolean
  /** The token for the next socket, null without. */
  token?: () => string | null
  /** Get a new token; whether it is worth another try. Without it an expired token is final. */
  refreshToken?: () => Promise<boolean>
  openSocket?: (url: string, protocols: string[]) => SocketLike
  random?: () => number
}

type Timer = ReturnType<typeof setTimeout> | undefined

export class ChannelSocket<T extends object> {
  private readonly link = new LinkStore()
  private readonly channel = new DeltaChannel<T>()
  private readonly lateness = new Lateness()
  private readonly fallback: RestFallback<T>
  private readonly retry: RetryPlan
  private socket: LiveSocket | null = null
  private openedAt: number | null = null
  private feed: FeedStatus | null = null
  private retryTimer: Timer
  private gapTimer: Timer
  private isStarted = false
  private hasGreeted = false
  private readonly dataListeners = new Set<() => void>()
  private readonly options: ChannelSocketOptions<T>

  constructor(options: ChannelSocketOptions<T>) {
    this.options = options
    this.retry = new RetryPlan(options.random ?? Math.random)
    this.fallback = new RestFallback({ poll: options.poll, onAnswer: this.onPolled, onFailure: this.onPollFailed })
  }

  getLink = this.link.get
  subscribeLink = this.link.subscribe
  getData = (): T | null => this.channel.data
  /** What `getData` gives is the server's present state, as far as it told us. */
  get isCurrent(): boolean {
    return this.channel.isCurrent
  }

  /** Nothing happens while no data arrives: `events` asks again when a socket serves. */
  private send = (message: object): void => {
    if (this.openedAt !== null) this.socket?.send(message)
  }

  /** Prints and other events of single symbols, on the same socket. */
  readonly events = new EventDesk(this.send)

  subscribeData = (listener: () => void): (() => void) => {
    this.dataListeners.add(listener)
    return () => this.dataListeners.delete(listener)
  }

  /** Returns its own stop. */
  start(): () => void {
    this.isStarted = true
    const leave = watchPresence({ onAway: this.onAway, onShown: this.onShown, onOnline: this.onOnline, onOffline: this.probe })
    this.connect()
    return () => {
      this.isStarted = false
      leave()
      this.dropSocket()
      this.fallback.stop()
    }
  }

  /** Try now, whatever was planned. */
  reconnect = (): void => {
    const { link } = this.link.get()
    if (!this.isStarted || link === 'open') return
    if (link !== 'paused' && !this.fallback.isRunning) this.link.set({ link: 'connecting', retryAt: null })
    this.connect()
  }

  /** Begin anew, whatever there is: for somebody else. */
  restart = (): void => {
    if (!this.isStarted || this.link.get().link === 'paused') return
    this.fallback.stop()
    this.link.set({ link: 'connecting', error: null, retryAt: null })
    this.connect()
  }

  /** Let the socket that serves go on with a newer token of the same user. */
  extend(accessToken: string): void {
    this.send({ action: 'refresh', access_token: accessToken })
  }

  private onAway = (): void => {
    if (!this.options.staysAwake?.()) this.pause()
  }

  /** Nobody looks: hold no socket, ask for nothing. What comes back is a fresh snapshot. */
  private pause = (): void => {
    const { link, lostAt } = this.link.get()
    if (link === 'refused' || link === 'paused') return
    this.dropSocket()
    this.fallback.stop()
    this.link.set({ link: 'paused', retryAt: null, lostAt: lostAt ?? Date.now() })
  }

  private onShown = (): void => {
    this.probe()
    const { link } = this.link.get()
    if (link === 'waiting' || link === 'polling' || link === 'paused') this.reconnect()
    this.fallback.pollNow()
  }

  private onOnline = (): void => {
    const { link } = this.link.get()
    if (link === 'open') this.probe()
    else if (link === 'waiting' || link === 'polling') this.reconnect()
  }

  private probe = (): void => {
    if (this.link.get().link === 'open') this.socket?.probe()
  }

  private connect(): void {
    this.dropSocket()
    this.hasGreeted = false
    this.channel.expectSnapshot()
    this.lateness.restart()
    const open = this.options.openSocket ?? ((url, protocols) => new WebSocket(url, protocols))
    const token = this.options.token?.()
    try {
      this.socket = new LiveSocket(() => open(this.options.url(), token ? ['bearer', token] : []), {
        onText: this.onText, onDown: this.onDown, onDoubt: this.onDoubt, onAnswer: this.onAnswer,
      })
    } catch {
      this.onDown('unreachable', 0)
    }
  }

  private onText = (text: string): void => {
    this.greet()
    this.take(readFrame(text))
    if (this.channel.requestDueMs !== null) this.closeGap()
  }

  /** With the first frame: only then is the socket known to be open. */
  private greet(): void {
    if (this.hasGreeted || !this.options.greeting) return
    this.hasGreeted = true
    this.socket?.send(this.options.greeting)
  }

  private take(frame: Frame): void {
    switch (frame.kind) {
      case 'snapshot':
        if (frame.frame.channel !== this.options.channel) return
        this.channel.takeSnapshot(frame.frame)
        this.onData(false)
        this.watchLateness(frame.frame)
        break
      case 'delta':
        if (frame.frame.channel !== this.options.channel) return
        if (this.channel.takeDelta(frame.frame) === 'delta') this.onData(true)
        this.watchLateness(frame.frame)
        break
      case 'full':
        this.channel.replace(frame.data as T)
        this.onData(this.openedAt !== null)
        break
      case 'list':
        this.options.onList?.(frame.channel, frame.items)
        break
      case 'events':
        this.events.take(frame.messages)
        this.options.onEvents?.(frame.messages)
        break
      case 'status':
        this.link.noteStatus(frame.status)
        break
      case 'bye':
        this.retry.announce(frame.reconnectInMs)
        break
      case 'error':
        this.link.set({ error: frame.code })
        break
      case 'pong':
        this.socket?.noteAnswer()
        break
      case 'other':
        break
    }
  }

  private onData(isContinuation: boolean): void {
    if (this.openedAt === null) {
      this.openedAt = Date.now()
      this.socket?.noteServing()
      this.fallback.stop()
      this.link.set({ link: 'open', error: null, failures: 0, retryAt: null, lostAt: null })
      this.events.resubscribe()
    }
    this.tell(isContinuation)
  }

  private tell(isContinuation: boolean): void {
    const { data } = this.channel
    if (!data) return
    const feed = this.options.feedOf?.(data) ?? null
    this.link.noteData(feed === this.feed ? null : feed) // a patch without the feed says nothing new of its ages
    this.feed = feed
    this.options.onData?.(data, isContinuation)
    for (const listener of this.dataListeners) listener()
  }

  private closeGap = (): void => {
    clearTimeout(this.gapTimer)
    const nowMs = Date.now()
    const request = this.channel.request(nowMs)
    if (request === 'reconnect') {
      this.onDown('gap', 0)
      return
    }
    if (request === 'resync') this.socket?.send({ action: 'resync' })
    const dueMs = this.channel.requestDueMs
    if (dueMs !== null) this.gapTimer = setTimeout(this.closeGap, dueMs - nowMs)
  }

  /** Whether it is dead or slow is not known, so what it says next is still welcome. */
  private onDoubt = (): void => {
    if (this.link.get().link === 'open') this.link.set({ link: 'waiting', error: 'silence', retryAt: null, lostAt: this.socket?.heardAt ?? Date.now() })
  }

  private onAnswer = (wasDoubtful: boolean): void => {
    this.lateness.restart()
    if (wasDoubtful && this.openedAt !== null) this.link.set({ link: 'open', error: null, lostAt: null })
  }

  private watchLateness({ sentAtMs }: SnapshotFrame): void {
    if (this.lateness.isLate(sentAtMs, Date.now())) this.socket?.ask()
  }

  private onDown = (error: string, code: number): void => {
    const heldMs = this.openedAt === null ? null : Date.now() - this.openedAt
    const lostAt = (error === 'silence' && this.socket?.heardAt) || Date.now() // a silent link was lost before we noticed
    this.dropSocket()
    const after = afterClose(code)
    if (after === 'stop' || (after === 'refresh' && !this.options.refreshToken)) {
      this.refuse(error)
      return
    }
    const delayMs = this.retry.nextDelayMs(heldMs, after === 'later')
    this.retryTimer = setTimeout(() => (after === 'refresh' ? void this.refreshAndConnect(error) : this.connect()), delayMs)
    this.link.set({
      link: this.fallback.isAnswering ? 'polling' : 'waiting',
      error,
      failures: this.retry.failures,
      retryAt: Date.now() + delayMs,
      lostAt: this.link.get().lostAt ?? lostAt,
    })
    if (this.retry.needsFallback) this.fallback.start()
  }

  private refuse(error: string): void {
    this.fallback.stop()
    this.link.set({ link: 'refused', error, retryAt: null, lostAt: this.link.get().lostAt ?? Date.now() })
  }

  private async refreshAndConnect(error: string): Promise<void> {
    const isRefreshed = await this.options.refreshToken?.().catch(() => false)
    if (!this.isStarted || this.socket || this.link.get().link === 'paused') return
    if (isRefreshed) this.connect()
    else this.refuse(error)
  }

  private dropSocket(): void {
    clearTimeout(this.retryTimer)
    clearTimeout(this.gapTimer)
    this.openedAt = null
    this.socket?.drop()
    this.socket = null
  }

  private onPolled = (data: T, wasFailing: boolean): void => {
    const isServerBack = wasFailing && this.channel.data !== null && this.retry.failures > FALLBACK_AFTER_FAILURES
    if (this.link.get().link !== 'polling') this.link.set({ link: 'polling', lostAt: null })
    this.channel.replace(data)
    this.tell(false)
    if (isServerBack) this.reconnect() // it was down and answers again: no need to wait out the 30 s
  }

  private onPollFailed = (): void => {
    if (this.link.get().link === 'polling') this.link.set({ link: 'waiting', lostAt: Date.now() })
  }
}
