import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { fetchBars, fetchForeignDays, fetchForeignStates, fetchGaps } from '@/shared/api/history'
import type { Bar, Interval, StoredGap } from '@/shared/api/models'
import { foreignByBar, foreignByDay } from './foreign-bars'
import { barLimit, RANGE_DAYS, type Range } from './intervals'

/** What is drawn besides the candles: each is asked for only while it is shown. */

const REFRESH_MS = 30_000
/** One state a second at most is a megabyte in five days, and too much of a wait for more. */
export const FOREIGN_DAYS_MAX = 5
const DATE = 'YYYY-MM-DD'.length
const NO_BARS: readonly Bar[] = []
const NO_GAPS: readonly StoredGap[] = []

/** Net foreign value per bar, bn VND; null while there is none to show. */
export function useForeignBars(symbol: string, interval: Interval, range: Range, bars: readonly Bar[], isOn: boolean): ReadonlyMap<string, number> | null {
  const isDaily = interval === '1d'
  const days = isDaily ? RANGE_DAYS[range] : Math.min(RANGE_DAYS[range], FOREIGN_DAYS_MAX)
  const { data } = useQuery({
    queryKey: ['foreign-states', symbol, isDaily, days],
    queryFn: ({ signal }) => (isDaily ? fetchForeignDays : fetchForeignStates)(symbol, days, signal),
    enabled: isOn,
    refetchInterval: REFRESH_MS,
  })
  return useMemo(() => (data?.length && isOn ? (isDaily ? foreignByDay : foreignByBar)(bars, data) : null), [data, isOn, isDaily, bars])
}

/** The bars of VN30 over the same time. */
export function useOverlayBars(interval: Interval, range: Range, isOn: boolean): readonly Bar[] {
  const limit = barLimit(interval, range)
  const { data } = useQuery({
    queryKey: ['overlay-bars', interval, limit],
    queryFn: ({ signal }) => fetchBars({ symbol: 'VN30', interval, limit }, signal),
    enabled: isOn,
    refetchInterval: REFRESH_MS,
  })
  return isOn && data ? data : NO_BARS
}

/** What the ledger says is missing in the range: the provider's bars stand for what is repaired. */
export function useOpenGaps(symbol: string, bars: readonly Bar[]): readonly StoredGap[] {
  const from = bars[0]?.timestamp.slice(0, DATE)
  const to = bars.at(-1)?.timestamp.slice(0, DATE)
  const { data } = useQuery({
    queryKey: ['gaps', symbol, from, to],
    queryFn: ({ signal }) => fetchGaps(symbol, from ?? '', to ?? '', signal),
    enabled: from !== undefined && to !== undefined,
    refetchInterval: REFRESH_MS,
  })
  return useMemo(() => (data ? data.filter((gap) => !gap.is_repaired) : NO_GAPS), [data])
}
