import type { ForeignMinute } from '@/shared/api/models'
import { SESSION_PLACES, sessionPlace } from '@/shared/time/trading-day'

/** Net foreign value of each day by place of the session, VND; null where the day has not come to, or was not watched yet. */
export type DayLine = readonly (number | null)[]

const dateOf = (moment: string): string => moment.slice(0, 10)

/** Rows are totals of the day so far: what happens between two of them keeps the former. */
export function dayLines(minutes: readonly ForeignMinute[]): ReadonlyMap<string, DayLine> {
  const days = new Map<string, (number | null)[]>()
  for (const { timestamp, net_value: net } of minutes) {
    const place = sessionPlace(timestamp)
    if (place === null) continue
    const date = dateOf(timestamp)
    let line = days.get(date)
    if (!line) days.set(date, (line = []))
    const before = line.at(-1) ?? null
    while (line.length < place) line.push(before)
    line[place] = net
  }
  return days
}

/** The day with what is known of it now. */
export function withNow(line: DayLine, place: number | null, net: number): DayLine {
  if (place === null || place < line.length - 1) return line
  const filled = [...line]
  const before = filled.at(-1) ?? null
  while (filled.length < place) filled.push(before)
  filled[place] = net
  return filled
}

/** The mean of whole days; null before any of them has a value. */
export function meanLine(lines: readonly DayLine[]): DayLine {
  return Array.from({ length: SESSION_PLACES }, (_, place) => {
    const values = lines.flatMap((line) => line[Math.min(place, line.length - 1)] ?? [])
    return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null
  })
}

/** What each place added; nothing for the first, which is a total already. */
export const stepsOf = (line: DayLine): DayLine =>
  line.map((value, place) => {
    const before = line[place - 1]
    return value === null || before == null ? null : value - before
  })

/** Days side by side, each over a whole session. */
export const joinDays = (lines: readonly DayLine[]): DayLine =>
  lines.flatMap((line) => Array.from({ length: SESSION_PLACES }, (_, place) => line[place] ?? null))
