import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Alert } from '@/shared/api/models'
import { useSession } from '@/shared/market-store/market-context'
import { fetchDayLine } from '@/shared/quote/day-lines'
import { Sparkline } from '@/shared/ui/Sparkline'
import { lineBefore, MINUTES_BEFORE } from './line-before'
import styles from './signals.module.css'

const REFRESH_MS = 120_000

/** The half hour before a signal of this session, against its beginning; empty without a history. */
export function SignalSpark({ alert }: { alert: Alert }) {
  const date = useSession()?.trading_date
  const { symbol, timestamp } = alert
  const { data } = useQuery({
    queryKey: ['row-line', symbol, date],
    queryFn: () => fetchDayLine(symbol, date ?? ''),
    enabled: !!date && timestamp.startsWith(date),
    staleTime: REFRESH_MS,
  })
  const points = useMemo(() => lineBefore(data ?? [], timestamp), [data, timestamp])
  return <Sparkline className={styles.spark} points={points} places={MINUTES_BEFORE} reference={points[0]?.value ?? null} />
}
