/** Frames of one socket that come ever later: what is on its way queues up somewhere, and what arrives is old. */

export const LATE_MS = 2000

/** Server and browser need not agree on the time; their difference stays the same, so only what is added to it counts. */
export class Lateness {
  private leastMs = Number.POSITIVE_INFINITY

  /** @param sentAtMs by the server's clock, @param heardAtMs by ours; whether the frame is late */
  isLate(sentAtMs: number, heardAtMs: number): boolean {
    const apartMs = heardAtMs - sentAtMs
    if (Number.isNaN(apartMs)) return false // the server does not say
    this.leastMs = Math.min(this.leastMs, apartMs)
    return apartMs - this.leastMs > LATE_MS
  }

  /** Another socket, or the line is known to be quick: a clock was set. */
  restart(): void {
    this.leastMs = Number.POSITIVE_INFINITY
  }
}
