import type { Bar, ForeignSnapshot } from '@/shared/api/models'

const DATE = 'YYYY-MM-DD'.length
const BILLION = 1e9
/** A day joined later than this began with a sum that is no flow of its first bar. */
const JOINED_IN_TIME = '09:20'
const CLOCK = 'YYYY-MM-DDT'.length

/**
 * Net foreign value of each bar, bn VND, by the bar's timestamp. The states are the day's sums so far, newest first; a
 * bar has what its last state has more than the one before. Bars without a state have none.
 */
export function foreignByBar(bars: readonly Bar[], states: readonly ForeignSnapshot[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  let place = 0
  let day = ''
  let before = 0
  for (let i = states.length - 1; i >= 0; i--) {
    const state = states[i]
    if (!state) continue
    const date = state.timestamp.slice(0, DATE)
    if (date !== day) {
      day = date
      before = isInTime(state) ? 0 : state.net_value
    }
    while (isBefore(bars[place + 1], state) || startsBefore(bars[place], date)) place++
    const bar = bars[place]
    if (!bar) break
    if (bar.timestamp.slice(0, DATE) !== date) continue
    sums.set(bar.timestamp, (sums.get(bar.timestamp) ?? 0) + (state.net_value - before) / BILLION)
    before = state.net_value
  }
  return sums
}

const isInTime = (state: ForeignSnapshot): boolean => state.timestamp.slice(CLOCK, CLOCK + JOINED_IN_TIME.length) <= JOINED_IN_TIME
const startsBefore = (bar: Bar | undefined, date: string): boolean => bar !== undefined && bar.timestamp.slice(0, DATE) < date
/** The next bar begins no later than the state, on its day. */
const isBefore = (next: Bar | undefined, state: ForeignSnapshot): boolean =>
  next !== undefined && next.timestamp <= state.timestamp && next.timestamp.slice(0, DATE) === state.timestamp.slice(0, DATE)

/** One state a day: its whole net value belongs to the bar of that day. */
export function foreignByDay(bars: readonly Bar[], days: readonly ForeignSnapshot[]): ReadonlyMap<string, number> {
  const byDate = new Map(days.map((day) => [day.timestamp.slice(0, DATE), day.net_value / BILLION]))
  return new Map(bars.flatMap((bar) => {
    const net = byDate.get(bar.timestamp.slice(0, DATE))
    return net === undefined ? [] : [[bar.timestamp, net] as const]
  }))
}
