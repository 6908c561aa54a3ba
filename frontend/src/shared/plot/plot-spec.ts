/** What a plot draws: panes of series over places of equal width, most often the minutes of a session. */

/** The name of a token of tokens.css, read when it is drawn. */
export type Token = `--${string}`
export type Values = readonly (number | null)[]

interface Drawn {
  values: Values
}

/** A line that fills to zero in the colour of its side. */
export interface Baseline extends Drawn {
  kind: 'baseline'
  above: Token
  below: Token
  /** Tag of the last value at the right. */
  isTagged?: boolean
}

export interface Line extends Drawn {
  kind: 'line'
  colour: Token
  isDashed?: boolean
}

export interface Columns extends Drawn {
  kind: 'columns'
  above: Token
  below: Token
}

export type Series = Baseline | Line | Columns

export interface PlotPane {
  /** Share of the height. */
  weight: number
  series: readonly Series[]
  format: (value: number, isTag: boolean) => string
}

export interface PlotLabel {
  place: number
  text: string
}

export interface PlotSpec {
  places: number
  panes: readonly PlotPane[]
  labels: readonly PlotLabel[]
  /** Where a break is marked: lunch, the beginning of a day. */
  breaks: readonly number[]
}

export interface Scale {
  low: number
  high: number
  /** Values of the grid. */
  ticks: readonly number[]
}

const PADDING = 0.07
const TICK_PX = 40

/** Round steps over all series of a pane; zero is always in sight. */
export function scaleOf(series: readonly Series[], heightPx: number): Scale {
  let low = 0
  let high = 0
  for (const { values } of series) {
    for (const value of values) {
      if (value === null) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  if (low === high) high = 1
  const padding = (high - low) * PADDING
  if (low < 0) low -= padding
  if (high > 0) high += padding
  const step = roundStep((high - low) / Math.max(2, Math.round(heightPx / TICK_PX)))
  const ticks: number[] = []
  for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(i * step)
  return { low, high, ticks }
}

function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  return ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10) * power
}

export function lastPlace(panes: readonly PlotPane[]): number {
  return Math.max(-1, ...panes.flatMap((pane) => pane.series.map(({ values }) => values.findLastIndex((value) => value !== null))))
}
