import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { PriceData } from '@/shared/api/models'
import { useSession } from '@/shared/market-store/market-context'
import { SESSION_PLACES } from '@/shared/time/trading-day'
import { Sparkline } from '@/shared/ui/Sparkline'
import { fetchDayLine } from '@/shared/quote/day-lines'
import styles from './board.module.css'

const REFRESH_MS = 120_000

/** The day of a row that is on the screen; rows out of sight ask for nothing. Without a history the cell stays empty. */
export function SparkCell({ symbol, price }: { symbol: string; price: PriceData }) {
  const date = useSession()?.trading_date
  const { data } = useQuery({
    queryKey: ['row-line', symbol, date],
    queryFn: () => fetchDayLine(symbol, date ?? ''),
    enabled: !!date,
    staleTime: REFRESH_MS, // kept over a scroll, too
    refetchInterval: REFRESH_MS,
  })
  const last = price.last_price
  const points = useMemo(() => {
    if (!data?.length || !last) return data ?? []
    const end = data.at(-1)?.place ?? 0
    return [...data.slice(0, -1), { place: end, value: last }] // ends in the price beside it
  }, [data, last])
  return <Sparkline className={styles.spark} points={points} places={SESSION_PLACES} reference={price.ref_price ?? null} />
}
