import type { ColourToken } from './chart-colours'

/** What a chart shows, in the words of the market: times are epoch ms, colours are tokens. */

/** `value` null: the place exists and has no value; nothing is drawn there and the line has a hole. */
export interface ValuePoint {
  readonly timeMs: number
  readonly value: number | null
}

export interface BarPoint {
  readonly timeMs: number
  readonly value: number
  readonly colour: ColourToken
}

export interface CandlePoint {
  readonly timeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

export interface Level {
  readonly name: string
  readonly value: number
  readonly colour: ColourToken
}

/** A band across the whole chart with a line in its middle: where the values usually are. */
export interface ValueBand {
  readonly low: number
  readonly mean: number
  readonly high: number
  /** The scale has room for all of it; else only what the values leave of it is seen. */
  readonly isScaled: boolean
}

interface Common {
  /** Unique in its chart; a series keeps its place as long as its id lives. */
  readonly id: string
  /** 0 is the uppermost. */
  readonly pane?: number
  /** Decimals of its price scale. */
  readonly decimals?: number
  /** Numbers of its price scale; formatNumber with `decimals` by default. */
  readonly format?: (value: number) => string
  /** The tag with the last value on the price scale. */
  readonly hasTag?: boolean
}

export type SeriesSpec =
  | (Common & { readonly kind: 'line'; readonly points: readonly ValuePoint[]; readonly colour: ColourToken; readonly isDashed?: boolean })
  /** Filled towards `base`, in one colour above it and another below. */
  | (Common & { readonly kind: 'baseline'; readonly points: readonly ValuePoint[]; readonly base: number; readonly above: ColourToken; readonly below: ColourToken; readonly hasBaseLine?: boolean; readonly band?: ValueBand | null })
  | (Common & { readonly kind: 'bars'; readonly points: readonly BarPoint[]; readonly opacity?: number })
  | (Common & { readonly kind: 'candles'; readonly points: readonly CandlePoint[]; readonly levels?: readonly Level[] })

export type SeriesPoint = SeriesSpec['points'][number]

/** A stretch of time that is hatched, because what is drawn there is known to be incomplete. Epoch ms, both included. */
export interface HatchedSpan {
  readonly fromMs: number
  readonly toMs: number
}
