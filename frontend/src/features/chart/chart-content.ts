import type { Bar, Interval, PriceData, StoredGap } from '@/shared/api/models'
import type { ChartContent } from '@/shared/charts/live-chart'
import type { BarPoint, CandlePoint, HatchedSpan, Level, SeriesSpec, ValuePoint } from '@/shared/charts/series-spec'
import { formatNumber, priceDecimals, shownPrice, type PriceUnit } from '@/shared/format/board-number'
import { barStart, INTERVAL_MS } from './intervals'
import { movingAverage } from './moving-average'
import type { Layer } from './use-chart-url'

/** From bars to what the chart draws. Prices are shown as the board shows them: equities in thousand VND. */

export const MA_SPANS = [20, 50] as const

export interface ChartInput {
  readonly view: string
  readonly bars: readonly Bar[]
  readonly from: number
  readonly unit: PriceUnit
  readonly interval: Interval
  readonly layers: ReadonlySet<Layer>
  /** Today's limits; none on a chart of days. */
  readonly limits: PriceData | null
  readonly levelNames: { readonly ceiling: string; readonly ref: string; readonly floor: string }
  readonly foreign: ReadonlyMap<string, number> | null
  readonly overlay: readonly Bar[]
  readonly gaps: readonly StoredGap[]
}

/** Panes below the candles, as shares of the height. */
const PANE_SHARE = 0.16

/** Which panes there are, uppermost first. An index has no active volumes and no foreign flow. */
export function panesOf(layers: ReadonlySet<Layer>, hasForeign: boolean, hasDelta: boolean): readonly Layer[] {
  return (['volume', 'delta', 'foreign'] as const).filter((pane) => layers.has(pane) && (pane !== 'foreign' || hasForeign) && (pane !== 'delta' || hasDelta))
}

export const paneHeights = (panes: readonly Layer[]): readonly number[] => [1 - PANE_SHARE * panes.length, ...panes.map(() => PANE_SHARE)]

const formatShort = (value: number): string => {
  const size = Math.abs(value)
  if (size >= 1e6) return `${formatNumber(value / 1e6, 1)}M`
  return size >= 1e3 ? `${formatNumber(value / 1e3, 0)}k` : formatNumber(value, 0)
}

/** Points keep their identity while their bar does: only what changed is drawn again. */
class PointCache {
  private readonly byBar = new WeakMap<Bar, Map<string, unknown>>()
  of<T extends object>(bar: Bar, name: string, make: (timeMs: number) => T): T {
    let points = this.byBar.get(bar)
    if (!points) this.byBar.set(bar, (points = new Map<string, unknown>()))
    let point = points.get(name) as T | undefined
    if (!point) points.set(name, (point = make(Date.parse(bar.timestamp))))
    return point
  }
}
const cache = new PointCache()

const value = (bar: Bar, name: string, amount: number | null): ValuePoint => cache.of(bar, `${name}:${amount}`, (timeMs) => ({ timeMs, value: amount }))
const column = (bar: Bar, name: string, amount: number, colour: BarPoint['colour']): BarPoint =>
  cache.of(bar, `${name}:${amount}`, (timeMs) => ({ timeMs, value: amount, colour }))
const candle = (bar: Bar, unit: PriceUnit): CandlePoint =>
  cache.of(bar, `candle:${unit}`, (timeMs) => ({
    timeMs, open: shownPrice(bar.open, unit), high: shownPrice(bar.high, unit), low: shownPrice(bar.low, unit), close: shownPrice(bar.close, unit),
  }))

export function levelsOf(limits: PriceData | null, unit: PriceUnit, names: ChartInput['levelNames']): readonly Level[] {
  if (!limits) return []
  const levels = [
    { name: names.ceiling, value: limits.ceiling, colour: '--ceil' },
    { name: names.ref, value: limits.ref_price, colour: '--ref' },
    { name: names.floor, value: limits.floor, colour: '--floor' },
  ] as const
  return levels.flatMap(({ name, value: price, colour }) => (price ? [{ name, value: shownPrice(price, unit), colour }] : []))
}

/** The other index as if it had started where this price did. */
function rebased(shown: readonly Bar[], overlay: readonly Bar[], unit: PriceUnit): readonly ValuePoint[] {
  const closes = new Map(overlay.map((bar) => [bar.timestamp, bar.close]))
  const first = shown.find((bar) => closes.has(bar.timestamp))
  const base = first && closes.get(first.timestamp)
  if (!first || !base) return []
  const factor = shownPrice(first.close, unit) / base
  return shown.map((bar) => {
    const close = closes.get(bar.timestamp)
    return value(bar, 'vn30', close === undefined ? null : close * factor)
  })
}

export function spansOf(gaps: readonly StoredGap[], bars: readonly Bar[], interval: Interval): readonly HatchedSpan[] {
  const first = bars[0]
  const last = bars.at(-1)
  if (!first || !last) return []
  const endMs = Date.parse(last.timestamp) + INTERVAL_MS[interval]
  return gaps.flatMap((gap) => {
    const dayMs = Date.parse(`${gap.trading_date}T00:00:00+07:00`)
    const fromMs = barStart(gap.from_time ? Date.parse(gap.from_time) : dayMs, interval)
    const toMs = gap.to_time ? Date.parse(gap.to_time) : endMs
    return toMs < Date.parse(first.timestamp) || fromMs > endMs ? [] : [{ fromMs, toMs }]
  })
}

const maPoints = (bars: readonly Bar[], from: number, span: number, unit: PriceUnit): readonly ValuePoint[] => {
  const means = movingAverage(bars.map((bar) => bar.close), span)
  return bars.slice(from).map((bar, i) => {
    const mean = means[from + i] ?? null
    return value(bar, `ma${span}`, mean === null ? null : shownPrice(mean, unit))
  })
}

function mainPane({ bars, from, unit, layers, limits, levelNames, overlay }: ChartInput, shown: readonly Bar[]): SeriesSpec[] {
  const decimals = priceDecimals(unit)
  const series: SeriesSpec[] = []
  if (layers.has('ma')) {
    for (const span of MA_SPANS) {
      const colour = span === MA_SPANS[0] ? '--accent' : '--text-3'
      series.push({ id: `ma${span}`, kind: 'line', points: maPoints(bars, from, span, unit), colour, decimals })
    }
  }
  if (overlay.length) series.push({ id: 'vn30', kind: 'line', points: rebased(shown, overlay, unit), colour: '--text', isDashed: true, decimals })
  const levels = levelsOf(limits, unit, levelNames)
  series.push({ id: 'candles', kind: 'candles', points: shown.map((bar) => candle(bar, unit)), levels, decimals, hasTag: true })
  return series
}

function lowerPane(layer: Layer, pane: number, shown: readonly Bar[], foreign: ReadonlyMap<string, number>): SeriesSpec {
  switch (layer) {
    case 'delta': {
      const points = shown.map((bar) => {
        const delta = bar.mua_chu_dong_volume - bar.ban_chu_dong_volume
        return column(bar, 'delta', delta, delta >= 0 ? '--buy' : '--sell')
      })
      return { id: 'delta', kind: 'bars', pane, points, decimals: 0, format: formatShort, opacity: 0.85 }
    }
    case 'foreign': {
      const points = shown.flatMap((bar) => {
        const net = foreign.get(bar.timestamp)
        return net === undefined ? [] : [column(bar, 'foreign', net, net >= 0 ? '--buy' : '--sell')]
      })
      return { id: 'foreign', kind: 'bars', pane, points, decimals: 1, opacity: 0.85 }
    }
    default: {
      const points = shown.map((bar) => column(bar, 'volume', bar.volume, bar.close > bar.open ? '--up' : bar.close < bar.open ? '--down' : '--text-3'))
      return { id: 'volume', kind: 'bars', pane, points, decimals: 0, format: formatShort, opacity: 0.5 }
    }
  }
}

export function chartContent(input: ChartInput, panes: readonly Layer[]): ChartContent {
  const shown = input.bars.slice(input.from)
  const foreign = input.foreign ?? new Map<string, number>()
  return {
    view: input.view,
    series: [...mainPane(input, shown), ...panes.map((layer, i) => lowerPane(layer, i + 1, shown, foreign))],
    hatched: spansOf(input.gaps, shown, input.interval),
    paneHeights: paneHeights(panes),
  }
}
