import type { ChartTableData } from '@/shared/charts/ChartTable'
import { formatDayMinute } from '@/shared/charts/chart-time'
import type { ChartContent } from '@/shared/charts/live-chart'
import type { ValueBand, ValuePoint } from '@/shared/charts/series-spec'
import { formatNumber, formatPercent, formatSigned } from '@/shared/format/board-number'
import { formatClock } from '@/shared/time/market-time'
import type { BasisSample } from './basis-sample'
import type { Spread } from './convergence'
import { holesOf, resample, sessionAxis, windowAxis } from './session-grid'

export const BASIS_RANGES = ['30m', '1h', 'day', '5d'] as const
export type BasisRangeName = (typeof BASIS_RANGES)[number]

const MINUTE_MS = 60_000
/** About as many places as the chart has pixels. */
const STEP_MS = { '30m': 2000, '1h': 4000, day: 15_000 } as const
const WINDOW_MS = { '30m': 30 * MINUTE_MS, '1h': 60 * MINUTE_MS } as const

/** What both charts of the page draw: places in time, and the sample of each. */
export interface BasisPlaces {
  readonly axis: readonly number[]
  readonly places: readonly (BasisSample | null)[]
}

/** `samples` are those of the day; those of five sessions are taken as they are. */
export function placesFor(range: BasisRangeName, samples: readonly BasisSample[]): BasisPlaces {
  if (range === '5d') return { axis: samples.map((sample) => sample.timeMs), places: samples }
  const last = samples.at(-1)
  if (!last) return { axis: [], places: [] }
  const axis = range === 'day' ? sessionAxis(last.timeMs, STEP_MS.day) : windowAxis(last.timeMs, WINDOW_MS[range], STEP_MS[range])
  return { axis, places: resample(samples, axis) }
}

const line = ({ axis, places }: BasisPlaces, name: 'basis' | 'future' | 'spot'): readonly ValuePoint[] =>
  places.flatMap((place, i) => {
    const timeMs = axis[i]
    return timeMs === undefined || !place ? [] : [{ timeMs, value: place[name] }]
  })

const signed = (value: number): string => formatSigned(value, 2)

const SIGMAS = 2

/** Two standard deviations around the mean. Half an hour and an hour keep the scale of their own movement. */
export const bandOf = (spread: Spread | null, range: BasisRangeName): ValueBand | null =>
  spread && { low: spread.mean - SIGMAS * spread.sigma, mean: spread.mean, high: spread.mean + SIGMAS * spread.sigma, isScaled: range === 'day' || range === '5d' }

export const basisContent = (view: string, places: BasisPlaces, band: ValueBand | null = null): ChartContent => ({
  view,
  axis: places.axis,
  hatched: holesOf(places.axis, places.places),
  series: [{ id: 'basis', kind: 'baseline', points: line(places, 'basis'), base: 0, above: '--premium', below: '--discount', decimals: 2, format: signed, hasTag: true, hasBaseLine: true, band }],
})

export const pricesContent = (view: string, places: BasisPlaces): ChartContent => ({
  view,
  axis: places.axis,
  hatched: holesOf(places.axis, places.places),
  series: [
    { id: 'spot', kind: 'line', points: line(places, 'spot'), colour: '--text-2', decimals: 1, hasTag: true },
    { id: 'future', kind: 'line', points: line(places, 'future'), colour: '--accent', decimals: 1, hasTag: true },
  ],
})

const ROWS_MAX = 300

/** One row a place that differs from the one before, newest first. */
export function basisRows({ places }: BasisPlaces, range: BasisRangeName): ChartTableData['rows'] {
  const seen = [...new Set(places)].filter((place) => place !== null)
  return seen.slice(-ROWS_MAX).reverse().map(({ timeMs, basis, future, spot }) => [
    range === '5d' ? formatDayMinute(timeMs) : formatClock(timeMs), signed(basis), formatPercent((basis / spot) * 100), formatNumber(future, 1), formatNumber(spot, 2),
  ])
}
