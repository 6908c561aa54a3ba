/** Asks REST for the whole state while the socket is down. At most one request is in flight; a hidden page asks nothing. */

export const POLL_INTERVAL_MS = 5000
const POLL_TIMEOUT_MS = 4500 // below the interval

export interface RestFallbackOptions<T> {
  poll: (signal: AbortSignal) => Promise<T>
  onAnswer: (data: T, wasFailing: boolean) => void
  onFailure: () => void
}

export class RestFallback<T> {
  private timer: ReturnType<typeof setTimeout> | undefined
  private abort: AbortController | null = null
  /** Grows when polling starts or stops: an answer to an older generation comes too late. */
  private generation = 0
  private isOn = false
  private isFailing = true
  private readonly options: RestFallbackOptions<T>

  constructor(options: RestFallbackOptions<T>) {
    this.options = options
  }

  get isRunning(): boolean {
    return this.isOn
  }

  /** It runs and the last request was answered. */
  get isAnswering(): boolean {
    return this.isOn && !this.isFailing
  }

  start(): void {
    if (this.isOn) return
    this.isOn = true
    this.generation++
    this.isFailing = true // until the first answer, nothing arrives
    this.pollNow()
  }

  stop(): void {
    this.isOn = false
    this.generation++
    clearTimeout(this.timer)
    this.abort?.abort()
    this.abort = null
  }

  pollNow = (): void => {
    if (!this.isOn) return
    clearTimeout(this.timer)
    this.timer = setTimeout(this.pollNow, POLL_INTERVAL_MS)
    if (!document.hidden && !this.abort) void this.poll()
  }

  private async poll(): Promise<void> {
    const generation = this.generation
    const abort = new AbortController()
    this.abort = abort
    const timeout = setTimeout(() => abort.abort(), POLL_TIMEOUT_MS)
    try {
      const data = await this.options.poll(abort.signal)
      if (generation === this.generation) this.onAnswer(data)
    } catch {
      if (generation === this.generation) this.onFailure()
    } finally {
      clearTimeout(timeout)
      if (this.abort === abort) this.abort = null
    }
  }

  private onAnswer(data: T): void {
    const wasFailing = this.isFailing
    this.isFailing = false
    this.options.onAnswer(data, wasFailing)
  }

  private onFailure(): void {
    this.isFailing = true
    this.options.onFailure()
  }
}
