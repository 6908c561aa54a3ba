import type { DeltaFrame, SnapshotFrame } from './frames'
import { mergePatch } from './merge-patch'

/**
 * One channel in delta mode: a snapshot, then patches that each name the one they build on.
 *
 * Pure: the caller brings the time and sends what is asked for. On a gap the state stays as it last was, whole, and is
 * no longer current. Overflow: one merged state, nothing is queued; at most RESYNCS_MAX requests, RESYNC_INTERVAL_MS apart.
 */

export const RESYNC_INTERVAL_MS = 2000
export const RESYNCS_MAX = 3

export type Taken = 'delta' | 'ignored'
export type Request = 'resync' | 'reconnect'

export class DeltaChannel<T extends object> {
  private state: T | null = null
  private epoch: string | null = null
  private seq = 0
  private hasGap = false
  private askedAtMs = Number.NEGATIVE_INFINITY
  private unanswered = 0

  get data(): T | null {
    return this.state
  }

  /** The state is what the server has, as far as it told us. */
  get isCurrent(): boolean {
    return this.epoch !== null && !this.hasGap
  }

  takeSnapshot({ epoch, seq, data }: SnapshotFrame): void {
    this.state = data as T
    this.epoch = epoch
    this.seq = seq
    this.hasGap = false
    this.unanswered = 0
  }

  takeDelta({ epoch, seq, prev, data }: DeltaFrame): Taken {
    const isKnown = epoch === this.epoch && seq <= this.seq
    if (isKnown) return 'ignored' // what it says is in the state already
    if (epoch !== this.epoch || prev !== this.seq) this.hasGap = true
    if (!this.isCurrent) return 'ignored'
    this.state = mergePatch(this.state, data) as T
    this.seq = seq
    return 'delta'
  }

  /** A whole state from elsewhere (REST, full mode): shown, but nothing can be built on it. */
  replace(data: T): void {
    this.expectSnapshot()
    this.state = data
  }

  /** A new socket: its snapshot comes by itself, and what the old one said is not built on. */
  expectSnapshot(): void {
    this.epoch = null
    this.seq = 0
    this.hasGap = false
    this.unanswered = 0
    this.askedAtMs = Number.NEGATIVE_INFINITY
  }

  /** When `request` has to be asked next, null without a gap. */
  get requestDueMs(): number | null {
    return this.hasGap ? this.askedAtMs + RESYNC_INTERVAL_MS : null
  }

  /** What has to be sent now to close a gap; to be asked after every frame and at `requestDueMs`. */
  request(nowMs: number): Request | null {
    if (!this.hasGap || nowMs - this.askedAtMs < RESYNC_INTERVAL_MS) return null
    if (this.unanswered >= RESYNCS_MAX) return 'reconnect'
    this.askedAtMs = nowMs
    this.unanswered++
    return 'resync'
  }
}
