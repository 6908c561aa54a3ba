import { formatDayMonth } from '@/shared/time/market-time'
import { LUNCH_PLACE, placeLabel, SESSION_PLACES } from '@/shared/time/trading-day'
import type { PlotLabel, PlotSpec } from './plot-spec'

/** The time axis of session charts: one place a minute, lunch taken out, so that all charts of a page line up. */

export type SessionAxis = Pick<PlotSpec, 'places' | 'labels' | 'breaks'>

const HALF_HOUR = 30

/** Places `from` to `to` (excluded) of one session, labelled every half hour, or every ten minutes of a short stretch. */
export function sessionAxis(from = 0, to = SESSION_PLACES): SessionAxis {
  const step = to - from > 2 * HALF_HOUR ? HALF_HOUR : HALF_HOUR / 3
  const labels: PlotLabel[] = []
  for (let place = Math.ceil(from / step) * step; place < to; place += step) {
    labels.push({ place: place - from, text: place === LUNCH_PLACE ? '11:30 · 13:00' : placeLabel(place) })
  }
  const isAcrossLunch = from < LUNCH_PLACE && to > LUNCH_PLACE
  return { places: to - from, labels, breaks: isAcrossLunch ? [LUNCH_PLACE - from] : [] }
}

/** Several sessions side by side, named by their dates. */
export const daysAxis = (dates: readonly string[]): SessionAxis => ({
  places: Math.max(1, dates.length) * SESSION_PLACES,
  labels: dates.map((date, i) => ({ place: i * SESSION_PLACES + Math.floor(SESSION_PLACES / 2), text: formatDayMonth(date) })),
  breaks: dates.slice(1).map((_, i) => (i + 1) * SESSION_PLACES),
})

/** The last `minutes` places up to `last`, or the whole session. */
export function stretch(minutes: number | null, last: number): { from: number; to: number } {
  if (minutes === null) return { from: 0, to: SESSION_PLACES }
  const to = Math.max(last + 1, minutes)
  return { from: to - minutes, to }
}
