import { fetchFigures, type Figures } from '@/shared/api/client'
import { scrapeOf } from './samples'
import type { TimedScrape } from './metric-rates'

/**
 * The server's figures, asked for while somebody looks at them.
 *
 * Overflow: KEPT scrapes are kept, the oldest leave; one request is in flight at a time, a hidden page asks nothing.
 */

export const SCRAPE_MS = 3000
export const KEPT = 200 // ten minutes
const TIMEOUT_MS = 2500

export interface MetricView {
  readonly scrapes: readonly TimedScrape[]
  /** The last request gave none: no server, or no right to ask. */
  readonly isMissing: boolean
}

type Fetch = (signal: AbortSignal) => Promise<Figures>

export class MetricHistory {
  private view: MetricView = { scrapes: [], isMissing: false }
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setInterval> | undefined
  private abort: AbortController | null = null
  private readonly fetch: Fetch

  constructor(fetch: Fetch = fetchFigures) {
    this.fetch = fetch
  }

  get = (): MetricView => this.view

  /** The first reader starts the scrapes, the last one ends them. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    if (!this.timer) {
      this.timer = setInterval(this.ask, SCRAPE_MS)
      this.ask()
    }
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size) return
      clearInterval(this.timer)
      this.timer = undefined
      this.abort?.abort()
    }
  }

  private ask = (): void => {
    if (!document.hidden && !this.abort) void this.scrape()
  }

  private async scrape(): Promise<void> {
    const abort = (this.abort = new AbortController())
    const timeout = setTimeout(() => abort.abort(), TIMEOUT_MS)
    try {
      const scrape = scrapeOf(await this.fetch(abort.signal))
      if (this.listeners.size) this.take({ at: Date.now(), scrape })
    } catch {
      if (this.listeners.size) this.take(null)
    } finally {
      clearTimeout(timeout)
      this.abort = null
    }
  }

  private take(scrape: TimedScrape | null): void {
    this.view = scrape ? { scrapes: [...this.view.scrapes, scrape].slice(-KEPT), isMissing: false } : { ...this.view, isMissing: true }
    for (const listener of this.listeners) listener()
  }
}
