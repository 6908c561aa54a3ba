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

/** A chart of the library, kept equal to a ChartContent. Made once per element; `remove` ends it. */
export class LiveChart {
  private readonly chart: IChartApi
  private readonly library: typeof Library
  private readonly axisSeries: ReturnType<IChartApi['addSeries']>
  private readonly hatching = new HatchedSpans()
  private readonly series = new Map<string, LiveSeries>()
  private axis: readonly number[] | null = null
  private colours: ChartColours | null = null
  private view: string | null = null

  constructor(library: typeof Library, element: HTMLElement, behaviour: ChartBehaviour, colours: ChartColours, onPoint: (timeMs: number | null) => void) {
    this.library = library
    this.chart = library.createChart(element, { ...chartOptions(behaviour) })
    this.chart.applyOptions(colourOptions(colours))
    this.axisSeries = this.chart.addSeries(library.LineSeries, { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false })
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
    if (content.view !== this.view && content.series.some((spec) => spec.points.length)) {
      this.view = content.view
      this.chart.timeScale().fitContent()
    }
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
    if (axis === this.axis) return
    this.axis = axis
    this.axisSeries.setData(axis.map((ms) => ({ time: toChartTime(ms) })))
  }

  private setHeights(heights: readonly number[]): void {
    this.chart.panes().forEach((pane, i) => pane.setStretchFactor(heights[i] ?? 1))
  }
}

/** The places of the axis as a hatched span may need them. */
function timesOf(content: ChartContent): readonly number[] {
  if (!content.hatched?.length) return NONE
  const times = new Set(content.axis)
  for (const spec of content.series) for (const point of spec.points) times.add(point.timeMs)
  return [...times].sort((a, b) => a - b)
}
