import type { FeedStatus } from '@/shared/api/models'

/**
 * open: data arrives; waiting: nothing arrives, another attempt is planned; paused: nobody looks, so nothing is asked
 * for (and until the first data after that); refused: the server said not to come back.
 */
export type Link = 'connecting' | 'open' | 'waiting' | 'polling' | 'paused' | 'refused'

export interface LinkState {
  link: Link
  /** What the feed behind the server last said of itself, and when we heard it (epoch ms). */
  status: FeedStatus | null
  statusAt: number
  /** When data was last taken over (epoch ms): not when a frame came, which may be one that does not fit. */
  dataAt: number
  error: string | null
  /** Failed attempts in a row, and when the next one is due (epoch ms). */
  failures: number
  retryAt: number | null
  /** Since when nothing arrives (epoch ms). */
  lostAt: number | null
}

const NOTIFY_MS = 1000 // times and ages run on by themselves: not worth telling more often

const isSameCondition = (a: FeedStatus | null, b: FeedStatus): boolean =>
  a?.state === b.state && a.source === b.source && a.reason === b.reason && String(a.muted_channels) === String(b.muted_channels)

/** The condition of a link and who wants to know of it. */
export class LinkStore {
  private state: LinkState = {
    link: 'connecting', status: null, statusAt: 0, dataAt: 0, error: null, failures: 0, retryAt: null, lostAt: null,
  }
  private notifiedAt = 0
  private readonly listeners = new Set<() => void>()

  get = (): LinkState => this.state

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  set(change: Partial<LinkState>): void {
    this.state = { ...this.state, ...change }
    this.notifiedAt = Date.now()
    for (const listener of this.listeners) listener()
  }

  /** Data was taken over, and with it the feed's status unless that is null. */
  noteData(status: FeedStatus | null): void {
    const dataAt = Date.now()
    if (status) this.change({ dataAt, status, statusAt: dataAt }, this.isNews(status))
    else this.change({ dataAt }, false)
  }

  noteStatus(status: FeedStatus): void {
    this.change({ status, statusAt: Date.now() }, this.isNews(status))
  }

  private isNews(status: FeedStatus): boolean {
    return !isSameCondition(this.state.status, status)
  }

  private change(change: Partial<LinkState>, isNews: boolean): void {
    if (isNews || Date.now() - this.notifiedAt >= NOTIFY_MS) this.set(change)
    else this.state = { ...this.state, ...change }
  }
}
