import { backoffMs, BUSY_MS } from './backoff'

/** How many attempts failed in a row, and how long to wait before the next. */

export const FALLBACK_AFTER_FAILURES = 3
export const FALLBACK_RETRY_MS = 30_000
export const STABLE_MS = 10_000 // a link that lasted so long was no failed attempt

export class RetryPlan {
  private count = 0
  private byeRange: readonly [number, number] | null = null
  private readonly random: () => number

  constructor(random: () => number) {
    this.random = random
  }

  get failures(): number {
    return this.count
  }

  get needsFallback(): boolean {
    return this.count >= FALLBACK_AFTER_FAILURES
  }

  /** The server goes and said when to come back: no failure. */
  announce(rangeMs: readonly [number, number]): void {
    this.byeRange = rangeMs
  }

  /** Take in that a link went down after `heldMs` (null: it never stood); return how long to wait, ms. */
  nextDelayMs(heldMs: number | null, isBusy: boolean): number {
    if (heldMs !== null && heldMs >= STABLE_MS) this.count = 0
    if (this.byeRange) {
      const [low, high] = this.byeRange
      this.byeRange = null
      return low + this.random() * (high - low)
    }
    this.count++
    // up to 30 s, spread: after a crash thousands would come back in the same moment of every half minute
    if (this.needsFallback) return FALLBACK_RETRY_MS * (0.5 + this.random() / 2)
    return backoffMs(this.count, this.random) + (isBusy ? BUSY_MS : 0)
  }
}
