import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { fetchForeignDetail } from '@/shared/api/client'
import type { ForeignSummary } from '@/shared/api/models'
import { useSectors } from '@/shared/api/use-sectors'
import { useMarket } from '@/shared/market-store/market-context'
import { useSlowStates } from '@/shared/market-store/use-slow-states'
import { useNow } from '@/shared/time/use-now'
import { useLink } from '@/shared/ws/use-web-socket'
import { foreignRows, type ForeignRow } from './foreign-rows'

/** Foreign totals come once a second or slower; the frames of the market hold the summary only. */
const POLL_MS = 2000
export const OLD_MS = 10_000 // five questions that nobody answered

export interface ForeignFlow {
  summary: ForeignSummary | null
  rows: readonly ForeignRow[]
  error: Error | null
  /** The line is open and yet REST does not answer: what is shown stands still. */
  isOld: boolean
}

export function useForeignFlow(): ForeignFlow {
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const isAsked = link === 'open' || link === 'polling'
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ['foreign-flow'],
    queryFn: ({ signal }) => fetchForeignDetail(signal),
    enabled: isAsked,
    refetchInterval: POLL_MS,
  })
  const now = useNow()
  const states = useSlowStates()
  const sectors = useSectors()
  const rows = useMemo(() => foreignRows(data?.stocks ?? [], states, sectors.of), [data, states, sectors])
  return { summary: data?.summary ?? null, rows, error, isOld: isAsked && dataUpdatedAt > 0 && now - dataUpdatedAt > OLD_MS }
}
