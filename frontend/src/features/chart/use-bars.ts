import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { fetchBars } from '@/shared/api/history'
import type { Bar, Interval } from '@/shared/api/models'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'
import { barLimit, RANGE_DAYS, type Range } from './intervals'
import { mergeBars, withLive, type BarHistory } from './live-bar'
import { readTotals, useLiveTotals } from './use-live-totals'

const TAIL_MS = 5000
const TAIL_BARS = 3

export interface Bars {
  /** With what leads up to the range, for moving averages; oldest first. */
  readonly all: readonly Bar[]
  /** Where the range begins in `all`. */
  readonly from: number
  readonly isLoading: boolean
  readonly error: Error | null
  readonly retry: () => void
}

const EMPTY: BarHistory = { bars: [], totals: null }

/** The bars of a symbol: its history, the end of it looked at every few seconds, and the stream's last price in the last. */
export function useBars(symbol: string, interval: Interval, range: Range): Bars {
  const market = useMarket()
  const client = useQueryClient()
  const { link } = useLink(market.socket)
  const limit = barLimit(interval, range)
  const key = useMemo(() => ['bars', symbol, interval, limit] as const, [symbol, interval, limit])
  const history = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<BarHistory> => {
      const totals = readTotals(market, symbol)
      return { bars: await fetchBars({ symbol, interval, limit }, signal), totals }
    },
    staleTime: TAIL_MS,
    structuralSharing: false,
  })
  useQuery({
    queryKey: ['bars-tail', ...key],
    queryFn: async ({ signal }) => {
      const totals = readTotals(market, symbol)
      const tail = await fetchBars({ symbol, interval, limit: TAIL_BARS }, signal)
      const known = client.getQueryData<BarHistory>(key)
      const bars = known && mergeBars(known.bars, tail)
      if (bars) client.setQueryData<BarHistory>(key, { bars, totals })
      else void client.invalidateQueries({ queryKey: key })
      return tail.at(-1)?.timestamp ?? null
    },
    enabled: history.isSuccess && (link === 'open' || link === 'polling'),
    refetchInterval: TAIL_MS,
  })
  const live = useLiveTotals(symbol)
  const all = useMemo(() => withLive(history.data ?? EMPTY, live, interval), [history.data, live, interval])
  const from = useMemo(() => rangeStart(all, RANGE_DAYS[range]), [all, range])
  return { all, from, isLoading: history.isPending, error: history.data ? null : history.error, retry: () => void history.refetch() }
}

const DATE = 'YYYY-MM-DD'.length

/** Where the last so many trading days begin. */
export function rangeStart(bars: readonly Bar[], days: number): number {
  const dates = new Set<string>()
  for (let i = bars.length - 1; i >= 0; i--) {
    const bar = bars[i]
    if (!bar) continue
    dates.add(bar.timestamp.slice(0, DATE))
    if (dates.size > days) return i + 1
  }
  return 0
}
