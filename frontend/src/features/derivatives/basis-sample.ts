import type { Bar, BasisPoint } from '@/shared/api/models'

/** One look at both legs. Points; `timeMs` is the exchange's. */
export interface BasisSample {
  readonly timeMs: number
  readonly basis: number
  readonly future: number
  readonly spot: number
}

export const sampleOf = (point: BasisPoint): BasisSample => ({
  timeMs: Date.parse(point.timestamp), basis: point.basis, future: point.futures_price, spot: point.spot_value,
})

/** What the server knows, then what the stream said since: of one second the later counts. Both ascending. */
export function joined(history: readonly BasisSample[], live: readonly BasisSample[]): readonly BasisSample[] {
  const last = history.at(-1)
  if (!last) return live
  const newer = live.filter((sample) => sample.timeMs >= last.timeMs)
  if (!newer.length) return history
  return [...(newer[0]?.timeMs === last.timeMs ? history.slice(0, -1) : history), ...newer]
}

const round = (value: number): number => Math.round(value * 100) / 100

/** The basis at the close of each bar both legs have. */
export function fromBars(futures: readonly Bar[], spots: readonly Bar[]): readonly BasisSample[] {
  const closes = new Map(spots.map((bar) => [bar.timestamp, bar.close]))
  return futures.flatMap((bar) => {
    const spot = closes.get(bar.timestamp)
    return spot === undefined ? [] : [{ timeMs: Date.parse(bar.timestamp), basis: round(bar.close - spot), future: bar.close, spot }]
  })
}

/** When the basis changed its sign, epoch ms, ascending. Zero has none. */
export function signChanges(samples: readonly BasisSample[]): readonly number[] {
  const changes: number[] = []
  let sign = 0
  for (const { basis, timeMs } of samples) {
    const now = Math.sign(basis)
    if (!now) continue
    if (sign && now !== sign) changes.push(timeMs)
    sign = now
  }
  return changes
}

export interface BasisRange {
  readonly first: number
  readonly high: number
  readonly low: number
}

export function rangeOf(samples: readonly BasisSample[]): BasisRange | null {
  const [start] = samples
  if (!start) return null
  let high = start.basis
  let low = start.basis
  for (const { basis } of samples) {
    if (basis > high) high = basis
    if (basis < low) low = basis
  }
  return { first: start.basis, high, low }
}
