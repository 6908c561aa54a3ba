import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { fetchBasisTrend } from '@/shared/api/client'
import type { DerivativesData } from '@/shared/api/models'
import { sessionPlace } from '@/shared/time/trading-day'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'

const WHOLE_SESSION_MINUTES = 390
const REFRESH_MS = 60_000 // a 72 px line gains a visible point every four minutes

const NONE: readonly SparkPoint[] = []

/** The day of the active future: its history once a minute from REST, its last price from the stream. */
export function useFuturesLine(future: DerivativesData | null): readonly SparkPoint[] {
  const symbol = future?.symbol
  const { data } = useQuery({
    queryKey: ['basis-trend', symbol],
    queryFn: ({ signal }) => fetchBasisTrend(WHOLE_SESSION_MINUTES, signal),
    enabled: symbol !== undefined,
    refetchInterval: REFRESH_MS,
  })
  const history = useMemo(() => {
    const byPlace = new Map<number, number>() // one point a second comes; the last of each minute is drawn
    for (const point of data ?? []) {
      const place = sessionPlace(point.timestamp)
      if (place !== null && point.futures_symbol === symbol) byPlace.set(place, point.futures_price)
    }
    return [...byPlace].map(([place, value]) => ({ place, value }))
  }, [data, symbol])
  const lastPlace = future?.last_updated ? sessionPlace(future.last_updated) : null
  const lastPrice = future?.last_price
  return useMemo(() => {
    if (lastPlace === null || !lastPrice) return history.length ? history : NONE
    return [...history.filter((point) => point.place < lastPlace), { place: lastPlace, value: lastPrice }]
  }, [history, lastPlace, lastPrice])
}
