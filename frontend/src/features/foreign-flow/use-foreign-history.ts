import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError, fetchForeignMinutes } from '@/shared/api/client'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import { sessionPlace } from '@/shared/time/trading-day'
import { useLink } from '@/shared/ws/use-web-socket'
import { dayLines, meanLine, withNow, type DayLine } from './day-lines'

const REFRESH_MS = 15_000 // the newest point comes with the summary
export const PAST_DAYS = 5

export interface ForeignHistory {
  today: DayLine
  mean: DayLine
  meanDays: number
  /** The last days with a date, today last. */
  days: readonly { date: string; line: DayLine }[]
  hasDatabase: boolean
  isLoading: boolean
}

/** The moment, as of which the summary holds: the latest of its stocks. */
export function useForeignHistory(net: number, asOf: string | null): ForeignHistory {
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const date = useSession()?.trading_date ?? ''
  const isOn = (link === 'open' || link === 'polling') && date !== ''
  const today = useQuery({
    queryKey: ['foreign-minutes', date],
    queryFn: ({ signal }) => fetchForeignMinutes(1, signal),
    enabled: isOn,
    refetchInterval: REFRESH_MS,
  })
  const past = useQuery({
    queryKey: ['foreign-minutes', date, 'past'],
    queryFn: ({ signal }) => fetchForeignMinutes(PAST_DAYS + 1, signal),
    enabled: isOn,
    staleTime: Infinity,
  })
  const todayLine = useMemo(() => dayLines(today.data ?? []).get(date) ?? [], [today.data, date])
  const before = useMemo(
    () =>
      [...dayLines(past.data ?? [])]
        .filter(([day]) => day < date)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(-PAST_DAYS)
        .map(([day, line]) => ({ date: day, line })),
    [past.data, date],
  )
  return useMemo(() => {
    const now = asOf?.startsWith(date) ? sessionPlace(asOf) : null
    const line = date ? withNow(todayLine, now, net) : todayLine
    return {
      today: line,
      mean: meanLine(before.map((day) => day.line)),
      meanDays: before.length,
      days: [...before.slice(1 - PAST_DAYS), { date, line }],
      hasDatabase: !(today.error instanceof ApiError && today.error.httpStatus === 503),
      isLoading: today.isPending,
    }
  }, [todayLine, before, date, net, asOf, today.error, today.isPending])
}
