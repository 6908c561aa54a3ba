import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ApiError, fetchActiveMinutes, fetchActiveQuarters } from '@/shared/api/client'
import { useSession } from '@/shared/market-store/market-context'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'
import { minuteSeries, shareLines, type MinuteSeries } from './minute-series'

const MINUTES_MS = 10_000
const QUARTERS_MS = 60_000 // a line of 17 points moves once in a quarter of an hour
/** Longer lists get no line per symbol: the answer would be larger than all else on the page. */
const LINES_MAX = 200

export interface ActiveMinutes {
  series: MinuteSeries
  hasDatabase: boolean
}

export function useActiveMinutes(symbols: readonly string[], isAll: boolean, isOn: boolean): ActiveMinutes {
  const date = useSession()?.trading_date ?? ''
  const { data, error } = useQuery({
    queryKey: ['active-minutes', date, isAll ? null : symbols],
    queryFn: ({ signal }) => fetchActiveMinutes(isAll ? null : symbols, signal),
    enabled: isOn && date !== '' && symbols.length > 0,
    refetchInterval: MINUTES_MS,
  })
  const series = useMemo(() => minuteSeries(data ?? [], date), [data, date])
  return { series, hasDatabase: !(error instanceof ApiError && error.httpStatus === 503) }
}

const NO_LINES: ReadonlyMap<string, readonly SparkPoint[]> = new Map()

export function useShareLines(symbols: readonly string[], isOn: boolean): ReadonlyMap<string, readonly SparkPoint[]> {
  const date = useSession()?.trading_date ?? ''
  const { data } = useQuery({
    queryKey: ['active-quarters', date, symbols],
    queryFn: ({ signal }) => fetchActiveQuarters(symbols, signal),
    enabled: isOn && date !== '' && symbols.length > 0 && symbols.length <= LINES_MAX,
    refetchInterval: QUARTERS_MS,
  })
  return useMemo(() => (data ? shareLines(data, date) : NO_LINES), [data, date])
}
