import type { IChartApi, IPriceLine, ISeriesApi, SeriesType, Time } from 'lightweight-charts'
import { formatNumber } from '@/shared/format/board-number'
import { BandPrimitive } from './band-primitive'
import type * as Library from './chart-library'
import { withAlpha, type ChartColours } from './chart-colours'
import { toChartTime } from './chart-time'
import { pointChange } from './point-changes'
import type { Level, SeriesPoint, SeriesSpec, ValueBand } from './series-spec'

type Lib = typeof Library
type AnySeries = ISeriesApi<SeriesType, Time>

const FILL_NEAR = 0.32
const FILL_FAR = 0.12
const BAR_OPACITY = 0.6

/** One series on a chart, and what it was last given. */
export class LiveSeries {
  readonly series: AnySeries
  private points: readonly SeriesPoint[] = []
  private spec: SeriesSpec | null = null
  private colours: ChartColours | null = null
  private lines: IPriceLine[] = []
  private baseLine: IPriceLine | null = null
  private band: BandPrimitive | null = null
  private readonly chart: IChartApi
  private readonly library: Lib

  constructor(library: Lib, chart: IChartApi, spec: SeriesSpec) {
    this.library = library
    this.chart = chart
    const definition = { line: library.LineSeries, baseline: library.BaselineSeries, bars: library.HistogramSeries, candles: library.CandlestickSeries }
    this.series = chart.addSeries(definition[spec.kind], {}, spec.pane ?? 0)
  }

  update(spec: SeriesSpec, colours: ChartColours): void {
    const hasNewColours = colours !== this.colours
    if (hasNewColours || !isSameLook(spec, this.spec)) {
      this.series.applyOptions(seriesOptions(this.library, spec, colours))
    }
    if ((spec.pane ?? 0) !== this.series.getPane().paneIndex()) this.series.moveToPane(spec.pane ?? 0)
    const paintsPoints = (spec.kind === 'bars' || spec.kind === 'candles') && hasNewColours
    this.takePoints(spec, colours, paintsPoints)
    if (hasNewColours || levelsOf(spec) !== levelsOf(this.spec)) this.takeLevels(levelsOf(spec), colours)
    if (spec.kind === 'baseline' && spec.hasBaseLine && hasNewColours) this.drawBase(spec.base, colours)
    if (spec.kind === 'baseline') this.takeBand(spec.band ?? null, colours)
    this.spec = spec
    this.colours = colours
  }

  remove(): void {
    this.chart.removeSeries(this.series)
  }

  private takePoints(spec: SeriesSpec, colours: ChartColours, mustReplace: boolean): void {
    const change = mustReplace ? ({ kind: 'replace' } as const) : pointChange(this.points, spec.points)
    if (change.kind === 'replace') this.series.setData(spec.points.map((point) => datumOf(spec, point, colours)))
    if (change.kind === 'append') for (const point of spec.points.slice(change.from)) this.series.update(datumOf(spec, point, colours))
    this.points = spec.points
  }

  /** The line the fills start from, without a tag of its own. */
  private drawBase(base: number, colours: ChartColours): void {
    if (this.baseLine) this.series.removePriceLine(this.baseLine)
    const { LineStyle } = this.library
    this.baseLine = this.series.createPriceLine({ price: base, color: colours['--text-2'], lineWidth: 1, lineStyle: LineStyle.Solid, axisLabelVisible: false })
  }

  private takeBand(band: ValueBand | null, colours: ChartColours): void {
    if (!this.band && !band) return
    if (!this.band) this.series.attachPrimitive((this.band = new BandPrimitive()))
    this.band.set(band, colours['--text-3'])
  }

  private takeLevels(levels: readonly Level[], colours: ChartColours): void {
    for (const line of this.lines) this.series.removePriceLine(line)
    this.lines = levels.map(({ name, value, colour }) =>
      this.series.createPriceLine({
        price: value, title: name, color: colours[colour], lineWidth: 1, lineStyle: this.library.LineStyle.Dashed,
        axisLabelColor: colours['--surface'], axisLabelTextColor: colours[colour],
      }),
    )
  }
}

const NO_LEVELS: readonly Level[] = []
const levelsOf = (spec: SeriesSpec | null): readonly Level[] => (spec?.kind === 'candles' && spec.levels) || NO_LEVELS

function isSameLook(a: SeriesSpec, b: SeriesSpec | null): boolean {
  if (!b || a.kind !== b.kind || a.decimals !== b.decimals || a.format !== b.format || a.hasTag !== b.hasTag) return false
  if (a.kind === 'line' && b.kind === 'line') return a.colour === b.colour && a.isDashed === b.isDashed
  if (a.kind === 'baseline' && b.kind === 'baseline') return a.base === b.base && a.above === b.above && a.below === b.below
  return true
}

function datumOf(spec: SeriesSpec, point: SeriesPoint, colours: ChartColours) {
  const time = toChartTime(point.timeMs)
  if ('open' in point) {
    const { open, high, low, close } = point
    const flat = open === close ? { color: colours['--text-2'], wickColor: colours['--text-2'], borderColor: colours['--text-2'] } : {}
    return { time, open, high, low, close, ...flat }
  }
  if ('colour' in point) {
    const opacity = spec.kind === 'bars' ? (spec.opacity ?? BAR_OPACITY) : 1
    return { time, value: point.value, color: withAlpha(colours[point.colour], opacity) }
  }
  return point.value === null ? { time } : { time, value: point.value }
}

function seriesOptions(library: Lib, spec: SeriesSpec, colours: ChartColours): object {
  const decimals = spec.decimals ?? 2
  const common = {
    priceLineVisible: false,
    lastValueVisible: spec.hasTag ?? false,
    priceFormat: { type: 'custom', minMove: 10 ** -decimals, formatter: spec.format ?? ((value: number) => formatNumber(value, decimals)) },
  }
  switch (spec.kind) {
    case 'line':
      return {
        ...common, color: colours[spec.colour], lineWidth: spec.isDashed ? 1 : 2, crosshairMarkerVisible: true,
        lineStyle: spec.isDashed ? library.LineStyle.Dashed : library.LineStyle.Solid,
      }
    case 'baseline':
      return {
        ...common, lineWidth: 2, baseValue: { type: 'price', price: spec.base },
        topLineColor: colours[spec.above], topFillColor1: withAlpha(colours[spec.above], FILL_NEAR), topFillColor2: withAlpha(colours[spec.above], FILL_FAR),
        bottomLineColor: colours[spec.below], bottomFillColor1: withAlpha(colours[spec.below], FILL_FAR), bottomFillColor2: withAlpha(colours[spec.below], FILL_NEAR),
      }
    case 'bars':
      return { ...common, base: 0 }
    case 'candles':
      return {
        ...common, upColor: colours['--up'], borderUpColor: colours['--up'], wickUpColor: colours['--up'],
        downColor: colours['--down'], borderDownColor: colours['--down'], wickDownColor: colours['--down'],
      }
  }
}
