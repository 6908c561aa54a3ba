import type { Bar, Interval } from '@/shared/api/models'
import { toMoment } from '@/shared/time/market-time'
import { barStart } from './intervals'

/** What the stream knows of a symbol at a moment; volumes are the day's so far. */
export interface LiveTotals {
  readonly timeMs: number
  readonly price: number
  readonly volume: number
  readonly buyVolume: number
  readonly sellVolume: number
}

/** The bars of the history, and the day's totals when they were asked for: what was traded since is not in them. */
export interface BarHistory {
  readonly bars: readonly Bar[]
  readonly totals: LiveTotals | null
}

/** Later bars take the place of those of the same time. null: they do not join, what is between is missing. */
export function mergeBars(bars: readonly Bar[], later: readonly Bar[]): readonly Bar[] | null {
  const first = later[0]
  if (!first) return bars
  const at = bars.findIndex((bar) => bar.timestamp >= first.timestamp)
  if (at < 0) return bars.length ? null : later
  const kept = bars.slice(0, at)
  const before = new Map(bars.slice(at).map((bar) => [bar.timestamp, bar]))
  return [...kept, ...later.map((bar) => sameOr(before.get(bar.timestamp), bar))]
}

/** What did not change keeps its identity, and need not be drawn again. */
function sameOr(before: Bar | undefined, bar: Bar): Bar {
  if (!before) return bar
  const fields = Object.keys(bar) as (keyof Bar)[]
  return fields.every((field) => before[field] === bar[field]) ? before : bar
}

const grown = (now: number, then: number | undefined): number => (then === undefined ? 0 : Math.max(0, now - then))

/**
 * The history with the last price of the stream in it: the running bar, or the one just begun. What it adds to the
 * volumes is right to a second or so and corrected by the next look at the history.
 */
export function withLive({ bars, totals }: BarHistory, live: LiveTotals | null, interval: Interval): readonly Bar[] {
  const last = bars.at(-1)
  if (!live || !last) return bars
  const start = barStart(live.timeMs, interval)
  const lastStart = barStart(Date.parse(last.timestamp), interval)
  if (start < lastStart || (totals && live.timeMs < totals.timeMs)) return bars
  const more = {
    volume: grown(live.volume, totals?.volume),
    mua_chu_dong_volume: grown(live.buyVolume, totals?.buyVolume),
    ban_chu_dong_volume: grown(live.sellVolume, totals?.sellVolume),
  }
  if (start > lastStart) return [...bars, begun(last, start, live.price, more)]
  const isSame = live.price === last.close && !more.volume
  if (isSame) return bars
  const running: Bar = {
    ...last,
    close: live.price,
    high: Math.max(last.high, live.price),
    low: Math.min(last.low, live.price),
    volume: last.volume + more.volume,
    mua_chu_dong_volume: last.mua_chu_dong_volume + more.mua_chu_dong_volume,
    ban_chu_dong_volume: last.ban_chu_dong_volume + more.ban_chu_dong_volume,
  }
  return [...bars.slice(0, -1), running]
}

type Volumes = Pick<Bar, 'volume' | 'mua_chu_dong_volume' | 'ban_chu_dong_volume'>

const begun = (last: Bar, startMs: number, price: number, volumes: Volumes): Bar => ({
  ...last,
  timestamp: toMoment(startMs),
  open: price, high: price, low: price, close: price,
  value: 0, neutral_volume: 0, trade_count: 0, origin: null, is_repaired: false,
  ...volumes,
})
