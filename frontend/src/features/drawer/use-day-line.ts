import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import type { SymbolState } from '@/shared/market-store/market-store'
import { sessionPlace } from '@/shared/time/trading-day'
import { useLink } from '@/shared/ws/use-web-socket'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'
import { fetchDayBars, type Bar } from './symbol-history'

const REFRESH_MS = 60_000 // a bar a minute; the last price is carried on by the stream
const NONE: readonly SparkPoint[] = []

export function linePoints(bars: readonly Bar[]): readonly SparkPoint[] {
  const byPlace = new Map<number, number>()
  for (const bar of bars) {
    const place = sessionPlace(bar.timestamp)
    if (place !== null) byPlace.set(place, bar.close)
  }
  return [...byPlace].map(([place, value]) => ({ place, value }))
}

export interface DayLine {
  points: readonly SparkPoint[]
  state: 'loading' | 'ready' | 'failed'
}

/** Closes of the day's minutes from the history, ending in the price that is shown. */
export function useDayLine({ symbol, price }: SymbolState): DayLine {
  const { store, socket } = useMarket()
  const { link } = useLink(socket)
  const date = useSession()?.trading_date
  const { data, isError } = useQuery({
    queryKey: ['day-bars', symbol, date, link === 'open'], // after an interruption, what happened meanwhile is asked for at once
    queryFn: ({ signal }) => fetchDayBars(symbol, date ?? '', signal),
    enabled: !!date,
    refetchInterval: REFRESH_MS,
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol && query.queryKey[2] === date ? previous : undefined),
  })
  const past = useMemo(() => (data ? linePoints(data) : NONE), [data])
  const { exchangeMs } = store.getDataTime()
  const lastPrice = price.last_price
  const points = useMemo(() => {
    const place = exchangeMs ? sessionPlace(new Date(exchangeMs).toISOString()) : null
    if (place === null || !lastPrice || (!past.length && !price.total_volume)) return past
    return [...past.filter((point) => point.place < place), { place, value: lastPrice }]
  }, [past, exchangeMs, lastPrice, price.total_volume])
  return { points, state: data ? 'ready' : isError ? 'failed' : 'loading' }
}
