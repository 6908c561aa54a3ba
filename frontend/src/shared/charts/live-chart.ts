import type { IChartApi, MouseEventParams, Time } from 'lightweight-charts'
import type * as Library from './chart-library'
import type { ChartColours } from './chart-colours'
import { chartOptions, colourOptions, type ChartBehaviour } from './chart-options'
import { fromChartTime, toChartTime } from './chart-time'
import { HatchedSpans } from './hatched-spans'
import { LiveSeries } from './live-series'
import type { HatchedSpan, SeriesSpec } from './series-spec'

export interface ChartContent {
  readonly series: readonly SeriesSpec[]
  /** Places the time axis has beyond those of the series, epoch ms: the rest of a session stays empty. */
  readonly axis?: readonly number[]
  readonly hatched?: readonly HatchedSpan[]
  /** Share of the height of each pane, uppermost first. */
  readonly paneHeights?: readonly number[]
  /** The chart shows everything anew when this changes: another symbol, another range. */
  readonly view: string
}

const NONE: readonly never[] = []
/** A scale of its own, so that the visible one takes its numbers from what is drawn. */
const AXIS_SCALE = 'axis'
/** Half a place of air at both ends. */
const AIR = 0.5

/** A chart of the library, kept equal to a ChartContent. Made once per element; `remove` ends it. */
export class LiveChart {
  private readonly chart: IChartApi
  private readonly library: typeof Library
  private readonly axisSeries: ReturnType<IChartApi['addSeries']>
  private readonly hatching = new HatchedSpans()
  private readonly series = new Map<string, LiveSeries>()
  private axis: readonly number[] = NONE
  private hasNewAxis = false
  private colours: ChartColours | null = null
  private view: string | null = null

  constructor(library: typeof Library, element: HTMLElement, behaviour: ChartBehaviour, colours: ChartColours, onPoint: (timeMs: number | null) => void) {
    this.library = library
    this.chart = library.createChart(element, { ...chartOptions(behaviour) })
    this.chart.applyOptions(colourOptions(colours))
    this.axisSeries = this.chart.addSeries(library.LineSeries, {
      priceScaleId: AXIS_SCALE, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false,
    })
    this.axisSeries.attachPrimitive(this.hatching)
    this.chart.subscribeCrosshairMove((event: MouseEventParams<Time>) => onPoint(event.time === undefined ? null : fromChartTime(event.time)))
  }

  show(content: ChartContent, colours: ChartColours): void {
    if (colours !== this.colours) this.chart.applyOptions(colourOptions(colours))
    const ids = new Set(content.series.map((spec) => spec.id))
    for (const [id, series] of this.series) if (!ids.has(id)) this.drop(id, series)
    this.takeAxis(content.axis ?? NONE)
    for (const spec of content.series) this.seriesOf(spec).update(spec, colours)
    this.hatching.set(content.hatched ?? NONE, timesOf(content), colours['--text-3'])
    this.setHeights(content.paneHeights ?? NONE)
    this.colours = colours
    this.fit(content)
  }

  remove(): void {
    this.chart.remove()
  }

  private seriesOf(spec: SeriesSpec): LiveSeries {
    let series = this.series.get(spec.id)
    if (!series) this.series.set(spec.id, (series = new LiveSeries(this.library, this.chart, spec)))
    return series
  }

  private drop(id: string, series: LiveSeries): void {
    series.remove()
    this.series.delete(id)
  }

  private takeAxis(axis: readonly number[]): void {
    if (isSameAxis(axis, this.axis)) return
    this.axis = axis
    this.hasNewAxis = true
    this.axisSeries.setData(axis.map((ms) => ({ time: toChartTime(ms) })))
  }

  /** A given axis is shown whole, with what has not happened yet; without one the bars are, once for each view. */
  private fit({ view, axis, series }: ChartContent): void {
    const isNewView = view !== this.view
    const hasPoints = series.some((spec) => spec.points.length > 0)
    if ((!isNewView && !this.hasNewAxis) || !hasPoints) return
    if (axis?.length) this.chart.timeScale().setVisibleLogicalRange({ from: -AIR, to: axis.length - 1 + AIR })
    else if (isNewView) this.chart.timeScale().fitContent()
    this.view = view
    this.hasNewAxis = false
  }

  private setHeights(heights: readonly number[]): void {
    this.chart.panes().forEach((pane, i) => pane.setStretchFactor(heights[i] ?? 1))
  }
}

/** Places are evenly spaced, so their ends and number say all. */
const isSameAxis = (a: readonly number[], b: readonly number[]): boolean => a === b || (a.length === b.length && a[0] === b[0] && a.at(-1) === b.at(-1))

/** The places of the axis as a hatched span may need them. */
function timesOf(content: ChartContent): readonly number[] {
  if (!content.hatched?.length) return NONE
  const times = new Set(content.axis)
  for (const spec of content.series) for (const point of spec.points) times.add(point.timeMs)
  return [...times].sort((a, b) => a - b)
}
