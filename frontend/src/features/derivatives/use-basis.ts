import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { fetchBasisTrend } from '@/shared/api/client'
import { fetchBars } from '@/shared/api/history'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'
import { fromBars, joined, sampleOf, type BasisSample } from './basis-sample'
import { BasisTail } from './basis-tail'
import { spreadOf, type Spread } from './convergence'
import { midnightOf } from './session-grid'

const WHOLE_SESSION_MINUTES = 390
const REFRESH_MS = 60_000
const NONE: readonly BasisSample[] = []

/** The session's basis of a contract: its history from REST (the index strip asks for the same), its end from the stream. */
export function useBasisDay(symbol: string | undefined): { samples: readonly BasisSample[]; isLoading: boolean } {
  const { store, socket } = useMarket()
  const { link } = useLink(socket)
  const { data, refetch, isPending } = useQuery({
    queryKey: ['basis-trend', symbol],
    queryFn: ({ signal }) => fetchBasisTrend(WHOLE_SESSION_MINUTES, signal),
    enabled: symbol !== undefined,
    refetchInterval: REFRESH_MS,
  })
  useEffect(() => {
    if (link === 'open' && symbol) void refetch() // what was missed while there was no link
  }, [link, symbol, refetch])
  const [tail] = useState(() => new BasisTail(store))
  const live = useSyncExternalStore(tail.subscribe, tail.get)
  const history = useMemo(() => (data ?? []).filter((point) => point.futures_symbol === symbol).map(sampleOf), [data, symbol])
  const samples = useMemo(() => {
    const all = joined(history, live)
    const day = midnightOf(all.at(-1)?.timeMs ?? 0)
    return all[0] && all[0].timeMs < day ? all.filter((sample) => sample.timeMs >= day) : all
  }, [history, live])
  return { samples, isLoading: isPending && samples.length === 0 }
}

const SPREAD_SESSIONS = 20
const SPREAD_BARS_A_DAY = 21 // of 15 minutes

/** How the contract's basis stood in up to 20 sessions before today's; null while there are too few of them. */
export function useBasisSpread(symbol: string | undefined): Spread | null {
  const today = useSession()?.trading_date ?? ''
  const { data } = useQuery({
    queryKey: ['basis-spread', symbol, today],
    queryFn: async ({ signal }) => {
      const query = { interval: '15m', limit: (SPREAD_SESSIONS + 1) * SPREAD_BARS_A_DAY } as const
      const [futures, spots] = await Promise.all([fetchBars({ ...query, symbol: symbol ?? '' }, signal), fetchBars({ ...query, symbol: 'VN30' }, signal)])
      return fromBars(futures.filter((bar) => bar.timestamp < today), spots)
    },
    enabled: symbol !== undefined && today !== '',
    staleTime: Infinity, // sessions that are over
  })
  return useMemo(() => {
    const days = [...new Set((data ?? []).map((sample) => midnightOf(sample.timeMs)))].slice(-SPREAD_SESSIONS)
    return spreadOf(data?.filter((sample) => sample.timeMs >= (days[0] ?? 0)) ?? NONE, days.length)
  }, [data])
}

const SESSIONS = 5
const BARS_A_DAY = 56 // of 5 minutes

export interface BasisDays {
  readonly samples: readonly BasisSample[]
  readonly sessions: number
  readonly error: Error | null
  readonly isLoading: boolean
}

/** Five sessions from the candles of both legs: the single points of five days would be tens of megabytes. */
export function useBasisDays(symbol: string | undefined): BasisDays {
  const { data, error, isPending } = useQuery({
    queryKey: ['basis-days', symbol],
    queryFn: async ({ signal }) => {
      const query = { interval: '5m', limit: SESSIONS * BARS_A_DAY } as const
      const [futures, spots] = await Promise.all([fetchBars({ ...query, symbol: symbol ?? '' }, signal), fetchBars({ ...query, symbol: 'VN30' }, signal)])
      return fromBars(futures, spots)
    },
    enabled: symbol !== undefined,
    refetchInterval: REFRESH_MS,
  })
  return useMemo(() => {
    const days = [...new Set((data ?? []).map((sample) => midnightOf(sample.timeMs)))].slice(-SESSIONS)
    const samples = data?.filter((sample) => sample.timeMs >= (days[0] ?? 0)) ?? NONE
    return { samples, sessions: days.length, error, isLoading: isPending }
  }, [data, error, isPending])
}
