import type {
  DerivativesContract, DerivativesData, ForeignInvestorData, IndexData, IntradayPoint, MarketSnapshot, PriceData, SessionInfo, SessionStats,
} from '@/shared/api/models'
import { latestMoment } from './latest-moment'
import { contractsOf, withContracts } from './contract-prices'
import { isSameContract, isSamePrice } from './price-equality'

/**
 * The live market outside React: one entry and one set of listeners per symbol, one flush per animation frame.
 *
 * It is offered whole states; what did not change in them keeps its identity and costs one comparison.
 * Overflow: a newer offer replaces the one that waits for its frame, so a hidden tab (where frames stop) stays bounded.
 */

export interface SymbolState {
  readonly symbol: string
  readonly price: PriceData
  /** The price before the change that is being shown; equal to `price` when the change is not worth a flash. */
  readonly previous: PriceData
  readonly foreign: ForeignInvestorData | null
  /** Futures only. */
  readonly contract: DerivativesContract | null
}

type Listener = () => void
type Subscribe = (listener: Listener) => () => void

/** What waited so long for its frame (in a hidden tab) has changed all over: flashing it would say nothing. */
const FLASH_WITHIN_MS = 3000

class Listeners {
  private readonly listeners = new Set<Listener>()
  subscribe: Subscribe = (listener) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  notify(): void {
    for (const listener of this.listeners) listener()
  }
}

class KeyedListeners {
  private readonly byKey = new Map<string, Listeners>()
  /** One stable function per key: a fresh closure would make useSyncExternalStore resubscribe on every render. */
  of(key: string): Listeners {
    let listeners = this.byKey.get(key)
    if (!listeners) this.byKey.set(key, (listeners = new Listeners()))
    return listeners
  }
}

export class MarketStore {
  private symbols = new Map<string, SymbolState>()
  private symbolList: readonly string[] = []
  private indices = new Map<string, IndexData>()
  /** As they were offered, without the day chart that is carried on in `indices`. */
  private readonly offeredIndices = new Map<string, IndexData>()
  private derivatives: DerivativesData | null = null
  private session: SessionInfo | null = null
  private stats: Readonly<Record<string, SessionStats>> = {}
  private foreign = new Map<string, ForeignInvestorData>()
  private version = 0
  private lastDataTimeMs = 0
  private lastDataAt = 0

  private pending: MarketSnapshot | null = null
  private pendingSince = 0
  private canFlash = true
  /** The day charts as they came, by index: later states repeat them, and must not undo what was carried on. */
  private readonly takenIntraday = new Map<string, readonly IntradayPoint[]>()
  private pendingIntraday = new Map<string, readonly IntradayPoint[]>()
  private pendingForeign: readonly ForeignInvestorData[] | null = null
  private frameRequest = 0

  private readonly symbolListeners = new KeyedListeners()
  private readonly indexListeners = new KeyedListeners()
  private readonly marketListeners = new Listeners()
  private readonly flushListeners = new Listeners()

  subscribeSymbol = (symbol: string): Subscribe => this.symbolListeners.of(symbol).subscribe
  subscribeIndex = (indexId: string): Subscribe => this.indexListeners.of(indexId).subscribe
  /** Derivatives or the session changed. */
  subscribeMarket: Subscribe = this.marketListeners.subscribe
  /** Anything changed: for what is computed over all symbols. */
  subscribeFlush: Subscribe = this.flushListeners.subscribe

  getSymbol = (symbol: string): SymbolState | undefined => this.symbols.get(symbol)
  getSymbols = (): readonly string[] => this.symbolList
  getIndex = (indexId: string): IndexData | undefined => this.indices.get(indexId)
  getDerivatives = (): DerivativesData | null => this.derivatives
  /** Active buying and selling of each symbol's day. */
  getStats = (): Readonly<Record<string, SessionStats>> => this.stats
  getSession = (): SessionInfo | null => this.session
  getVersion = (): number => this.version
  /** The greatest exchange time seen and when it was seen here, both epoch ms; 0 before the first data. */
  getDataTime = (): { exchangeMs: number; seenAt: number } => ({ exchangeMs: this.lastDataTimeMs, seenAt: this.lastDataAt })

  /**
   * Take a whole state; it is shown with the next animation frame, unless a newer one arrives before.
   * Only what continues what is shown may flash: a state from elsewhere (after a gap, from REST) overwrites.
   */
  offer(snapshot: MarketSnapshot, isContinuation = true): void {
    for (const [id, index] of Object.entries(snapshot.indices ?? {})) this.takeIntraday(id, index.intraday)
    if (!this.pending) {
      this.pendingSince = performance.now()
      this.canFlash = true
    }
    this.canFlash &&= isContinuation
    this.pending = snapshot
    this.schedule()
  }

  private takeIntraday(id: string, line: readonly IntradayPoint[] | null | undefined): void {
    if (!line?.length || line === this.takenIntraday.get(id)) return
    this.takenIntraday.set(id, line)
    this.pendingIntraday.set(id, line)
  }

  offerForeign(stocks: readonly ForeignInvestorData[]): void {
    this.pendingForeign = stocks
    this.schedule()
  }

  private schedule(): void {
    this.frameRequest ||= requestAnimationFrame(this.flush)
  }

  private flush = (): void => {
    this.frameRequest = 0
    const canFlash = this.canFlash && performance.now() - this.pendingSince <= FLASH_WITHIN_MS
    const snapshot = this.pending
    const changed = new Set<string>()
    this.pending = null
    this.applyForeign(changed)
    if (snapshot) {
      this.applyPrices(withContracts(snapshot), contractsOf(snapshot), canFlash, changed)
      this.applyIndices(snapshot.indices ?? {})
      this.applyMarket(snapshot)
      this.noteDataTime(latestMoment(snapshot))
    }
    for (const symbol of changed) this.symbolListeners.of(symbol).notify()
    this.version++
    this.flushListeners.notify()
  }

  private applyForeign(changed: Set<string>): void {
    if (!this.pendingForeign) return
    for (const stock of this.pendingForeign) {
      this.foreign.set(stock.symbol, stock)
      const state = this.symbols.get(stock.symbol)
      if (!state) continue
      this.symbols.set(stock.symbol, { ...state, previous: state.price, foreign: stock })
      changed.add(stock.symbol)
    }
    this.pendingForeign = null
  }

  private applyPrices(
    prices: MarketSnapshot['prices'],
    contracts: ReadonlyMap<string, DerivativesContract>,
    canFlash: boolean,
    changed: Set<string>,
  ): void {
    const names = Object.keys(prices)
    for (const symbol of names) {
      const price = prices[symbol]
      const state = this.symbols.get(symbol)
      const contract = contracts.get(symbol) ?? null
      if (!price || (state && (state.price === price || isSamePrice(state.price, price)) && isSameContract(state.contract, contract))) continue
      const previous = state && canFlash ? state.price : price
      this.symbols.set(symbol, { symbol, price, previous, foreign: this.foreign.get(symbol) ?? null, contract })
      changed.add(symbol)
    }
    const isSameList = names.length === this.symbolList.length && names.every((name) => this.isListed(name))
    if (isSameList) return
    for (const symbol of this.symbolList) if (!(symbol in prices)) this.symbols.delete(symbol)
    this.symbolList = names.sort()
    this.listed = new Set(names)
  }

  private listed: ReadonlySet<string> = new Set()
  private isListed(symbol: string): boolean {
    return this.listed.has(symbol)
  }

  private applyIndices(indices: Readonly<Record<string, IndexData>>): void {
    for (const id of this.indices.keys()) if (!(id in indices)) this.dropIndex(id)
    for (const [id, index] of Object.entries(indices)) {
      if (this.offeredIndices.get(id) === index && !this.pendingIntraday.has(id)) continue
      const intraday = this.pendingIntraday.get(id) ?? this.indices.get(id)?.intraday ?? []
      this.offeredIndices.set(id, index)
      this.indices.set(id, { ...index, intraday: withLatest(intraday, index) })
      this.indexListeners.of(id).notify()
    }
    this.pendingIntraday.clear()
  }

  private dropIndex(id: string): void {
    this.indices.delete(id)
    this.offeredIndices.delete(id)
    this.takenIntraday.delete(id)
    this.indexListeners.of(id).notify()
  }

  private applyMarket(snapshot: MarketSnapshot): void {
    this.derivatives = snapshot.derivatives ?? null
    this.session = snapshot.session ?? null
    this.stats = snapshot.quotes ?? {}
    this.marketListeners.notify()
  }

  private noteDataTime(exchangeMs: number): void {
    if (exchangeMs === this.lastDataTimeMs || !exchangeMs) return
    this.lastDataTimeMs = exchangeMs
    this.lastDataAt = Date.now()
  }
}

const MINUTE = 'YYYY-MM-DDTHH:MM'.length

/** Later frames leave `intraday` out: the line is carried on here, one point a minute as the server keeps it. */
function withLatest(intraday: readonly IntradayPoint[], index: IndexData): readonly IntradayPoint[] {
  if (!index.last_updated || !index.value) return intraday
  const last = intraday.at(-1)
  const point: IntradayPoint = { timestamp: index.last_updated, value: index.value }
  const isSameDay = last?.timestamp.slice(0, 10) === point.timestamp.slice(0, 10)
  if (!last || !isSameDay) return [point]
  if (point.timestamp < last.timestamp) return intraday
  const isSameMinute = last.timestamp.slice(0, MINUTE) === point.timestamp.slice(0, MINUTE)
  return [...(isSameMinute ? intraday.slice(0, -1) : intraday), point]
}
