import type { MarketStore } from '@/shared/market-store/market-store'
import { parseMoment } from '@/shared/time/market-time'
import type { BasisSample } from './basis-sample'

/** The server is asked for the whole session now and then; this is what the stream said in between. */
const KEEP_MS = 10 * 60_000
/** The history has one a second at most. */
const STEP_MS = 1000
const NONE: readonly BasisSample[] = []

export class BasisTail {
  private samples = NONE
  private symbol: string | null = null
  private readonly store: MarketStore

  constructor(store: MarketStore) {
    this.store = store
  }

  get = (): readonly BasisSample[] => this.samples

  subscribe = (listener: () => void): (() => void) => {
    this.take() // what came before anybody listened
    return this.store.subscribeMarket(() => {
      if (this.take()) listener()
    })
  }

  /** Whether there was news. A stale basis is none: it is the last good one, repeated. */
  private take(): boolean {
    const derivatives = this.store.getDerivatives()
    const timeMs = parseMoment(derivatives?.last_updated)
    const { symbol, basis, last_price: future } = derivatives ?? {}
    if (!symbol || basis == null || !future || timeMs === null || derivatives?.stale) return false
    const kept = symbol === this.symbol ? this.samples : NONE
    const last = kept.at(-1)
    if (last && (timeMs < last.timeMs || last.basis === basis && last.future === future)) return false
    const sample: BasisSample = { timeMs, basis, future, spot: Number((future - basis).toFixed(2)) }
    const isSameSecond = last !== undefined && timeMs - last.timeMs < STEP_MS
    this.symbol = symbol
    this.samples = [...(isSameSecond ? kept.slice(0, -1) : kept), sample].filter((known) => timeMs - known.timeMs <= KEEP_MS)
    return true
  }
}
