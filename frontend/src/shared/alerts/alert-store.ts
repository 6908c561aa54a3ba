import type { Alert } from '@/shared/api/models'

/**
 * The alerts this page knows, newest first, and which of them are unread.
 *
 * The first list is what was there before us; whatever is unknown after it is news, whether it comes as an event or in
 * the list after a reconnection. Events are taken in together, at most one lot in PACE_MS: a hundred signals a minute are
 * not worth drawing the page a hundred times. What is CRITICAL waits for nothing.
 * Overflow: ALERTS_KEPT are kept, the oldest leave. A list that came full was cut: what was before its oldest is unknown,
 * and getKnownSince() says so, for nobody to count those alerts as a whole day.
 */

export const ALERTS_KEPT = 2000
export const PACE_MS = 500
/** How many a new connection brings at most. */
export const LIST_MAX = 50

export interface AlertMemory {
  isMuted: (symbol: string) => boolean
  getReadUpTo: () => string
  setReadUpTo: (timestamp: string) => void
}

type Listener = () => void
type NewsListener = (alerts: readonly Alert[]) => void

const NO_MEMORY: AlertMemory = { isMuted: () => false, getReadUpTo: () => '', setReadUpTo: () => undefined }

const newestFirst = (a: Alert, b: Alert): number => (a.timestamp < b.timestamp ? 1 : a.timestamp > b.timestamp ? -1 : 0)

export class AlertStore {
  private alerts: readonly Alert[] = []
  private ids = new Set<string>()
  private unread: ReadonlySet<string> = new Set()
  private knownSince = ''
  private hasBaseline = false
  private waiting: readonly Alert[] = []
  private takenAt = -PACE_MS
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly listeners = new Set<Listener>()
  private readonly newsListeners = new Set<NewsListener>()
  private readonly memory: AlertMemory

  constructor(memory: AlertMemory = NO_MEMORY) {
    this.memory = memory
  }

  getAlerts = (): readonly Alert[] => this.alerts
  getUnread = (): ReadonlySet<string> => this.unread
  /** The timestamp before which alerts may be missing; '' when none is. */
  getKnownSince = (): string => this.knownSince
  /** The first list has come: an empty one means that there are none. */
  isKnown = (): boolean => this.hasBaseline

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Hear of news that are not muted, newest first, as they come: not with an animation frame, which a hidden page lacks. */
  onNews(listener: NewsListener): () => void {
    this.newsListeners.add(listener)
    return () => this.newsListeners.delete(listener)
  }

  /** The server's last alerts: on each new connection, and from REST. */
  offerList(alerts: readonly Alert[]): void {
    this.noteCut(alerts, LIST_MAX)
    if (this.hasBaseline) return this.takeNews(alerts)
    this.hasBaseline = true
    this.add(alerts)
    const newest = this.alerts[0]?.timestamp ?? ''
    const readUpTo = this.memory.getReadUpTo()
    if (!readUpTo || readUpTo > newest) this.memory.setReadUpTo(newest) // a first visit, or another market
    else this.setUnread(this.alerts.filter((alert) => alert.timestamp > readUpTo && !this.memory.isMuted(alert.symbol)).map((alert) => alert.id))
    this.notify()
  }

  /** What has just happened. */
  offerEvents(alerts: readonly Alert[]): void {
    if (!alerts.length) return
    this.waiting = [...this.waiting, ...alerts]
    const waitMs = this.takenAt + PACE_MS - performance.now()
    if (waitMs <= 0 || alerts.some(({ severity }) => severity === 'CRITICAL')) this.takeWaiting()
    else this.timer ??= setTimeout(this.takeWaiting, waitMs)
  }

  /**
   * Older ones, to complete the list: no news.
   * @param limit how many were asked for
   */
  offerOlder(alerts: readonly Alert[], limit: number): void {
    const before = this.knownSince
    this.noteCut(alerts, limit)
    if (this.add(alerts).length || before !== this.knownSince) this.notify()
  }

  markAllRead = (): void => {
    const newest = this.alerts[0]?.timestamp
    if (newest) this.memory.setReadUpTo(newest)
    if (!this.unread.size) return
    this.unread = new Set()
    this.notify()
  }

  /** A symbol nobody wants to hear of has nothing unread. */
  markSymbolRead(symbol: string): void {
    const left = this.alerts.filter((alert) => this.unread.has(alert.id) && alert.symbol !== symbol)
    if (left.length === this.unread.size) return
    this.unread = new Set(left.map((alert) => alert.id))
    this.notify()
  }

  private takeWaiting = (): void => {
    clearTimeout(this.timer)
    this.timer = undefined
    this.takenAt = performance.now()
    const alerts = this.waiting
    this.waiting = []
    this.takeNews(alerts)
  }

  private takeNews(alerts: readonly Alert[]): void {
    const heard = this.add(alerts).filter((alert) => !this.memory.isMuted(alert.symbol))
    if (!heard.length) return this.notify()
    this.setUnread([...this.unread, ...heard.map((alert) => alert.id)])
    this.notify()
    for (const listener of this.newsListeners) listener(heard)
  }

  private setUnread(ids: readonly string[]): void {
    this.unread = new Set(ids.filter((id) => this.ids.has(id)))
  }

  /** Before `alerts` are added: those that reach back to what is known complete it, others begin it anew. */
  private noteCut(alerts: readonly Alert[], limit: number): void {
    const oldest = [...alerts].sort(newestFirst).at(-1)
    if (!oldest) return
    const reachesBack = oldest.timestamp <= this.knownSince // a server started anew may have less than what is known
    if (alerts.length < limit) this.knownSince = reachesBack ? '' : this.knownSince
    else if (reachesBack || !this.ids.has(oldest.id)) this.knownSince = oldest.timestamp
  }

  /** Return what was not known, newest first. */
  private add(alerts: readonly Alert[]): readonly Alert[] {
    const unknown = [...new Map(alerts.filter((alert) => !this.ids.has(alert.id)).map((alert) => [alert.id, alert])).values()].sort(newestFirst)
    if (!unknown.length) return unknown
    const all = [...unknown, ...this.alerts].sort(newestFirst)
    this.alerts = all.slice(0, ALERTS_KEPT)
    if (all.length > ALERTS_KEPT) this.knownSince = this.alerts.at(-1)?.timestamp ?? ''
    this.ids = new Set(this.alerts.map((alert) => alert.id))
    return unknown
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }
}
