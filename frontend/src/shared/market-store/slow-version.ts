import type { MarketStore } from './market-store'

/** Rows that change places more often than this cannot be read. */
const REORDER_INTERVAL_MS = 1000

/** The version of the store, told at most once a second: the first change at once, later ones together. */
export class SlowVersion {
  private version: number
  private shownAt = -REORDER_INTERVAL_MS
  private readonly store: MarketStore

  constructor(store: MarketStore) {
    this.store = store
    this.version = store.getVersion()
  }

  get = (): number => this.version

  subscribe = (listener: () => void): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (): void => {
      timer = undefined
      this.shownAt = performance.now()
      this.version = this.store.getVersion()
      listener()
    }
    const unsubscribe = this.store.subscribeFlush(() => {
      if (timer !== undefined) return
      const waitMs = this.shownAt + REORDER_INTERVAL_MS - performance.now()
      if (waitMs <= 0) show()
      else timer = setTimeout(show, waitMs)
    })
    return () => {
      clearTimeout(timer)
      unsubscribe()
    }
  }
}
