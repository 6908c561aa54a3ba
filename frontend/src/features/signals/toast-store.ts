import type { Alert, AlertType } from '@/shared/api/models'

/**
 * What floats over the page for a while: one toast per type, which counts what joins it.
 *
 * Overflow: at most TOASTS_MAX; a newer one takes the place of the oldest that is not CRITICAL, else of the oldest.
 */

export const TOASTS_MAX = 3
export const SHOWN_MS = { CRITICAL: 20_000, WARNING: 8000, INFO: 6000 } as const

export interface Toast {
  readonly type: AlertType
  /** The newest of the group. */
  readonly alert: Alert
  readonly count: number
}

export class ToastStore {
  private toasts: readonly Toast[] = []
  private readonly timers = new Map<AlertType, ReturnType<typeof setTimeout>>()
  private isHeld = false
  private readonly listeners = new Set<() => void>()

  get = (): readonly Toast[] => this.toasts

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  show(alert: Alert): void {
    const type = alert.alert_type
    const joined = this.toasts.find((toast) => toast.type === type)
    const others = this.toasts.filter((toast) => toast !== joined)
    this.set([{ type, alert, count: (joined?.count ?? 0) + 1 }, ...others])
    if (this.toasts.length > TOASTS_MAX) this.dismiss(this.leastWorth().type)
    if (!this.isHeld) this.expire(type, SHOWN_MS[alert.severity])
  }

  dismiss = (type: AlertType): void => {
    clearTimeout(this.timers.get(type))
    this.timers.delete(type)
    this.set(this.toasts.filter((toast) => toast.type !== type))
  }

  /** Somebody reads or reaches for one: none goes away meanwhile. */
  hold = (): void => {
    this.isHeld = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  release = (): void => {
    this.isHeld = false
    for (const { type, alert } of this.toasts) this.expire(type, SHOWN_MS[alert.severity])
  }

  clear = (): void => {
    for (const { type } of this.toasts) this.dismiss(type)
  }

  private leastWorth(): Toast {
    const [newest, ...older] = this.toasts
    const candidates = older.toReversed()
    return candidates.find((toast) => toast.alert.severity !== 'CRITICAL') ?? candidates[0] ?? (newest as Toast)
  }

  private expire(type: AlertType, afterMs: number): void {
    clearTimeout(this.timers.get(type))
    this.timers.set(type, setTimeout(() => this.dismiss(type), afterMs))
  }

  private set(toasts: readonly Toast[]): void {
    this.toasts = toasts
    for (const listener of this.listeners) listener()
  }
}
