import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { fetchForeignDetail } from '@/shared/api/client'
import type { ForeignSummary } from '@/shared/api/models'
import { useSectors } from '@/shared/api/use-sectors'
import { useMarket } from '@/shared/market-store/market-context'
import { useSlowStates } from '@/shared/market-store/use-slow-states'
import { useLink } from '@/shared/ws/use-web-socket'
import { foreignRows, type ForeignRow } from './foreign-rows'

/** Foreign totals come once a second or slower; the frames of the market hold the summary only. */
const POLL_MS = 2000

export interface ForeignFlow {
  summary: ForeignSummary | null
  rows: readonly ForeignRow[]
  error: Error | null
}

export function useForeignFlow(): ForeignFlow {
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const { data, error } = useQuery({
    queryKey: ['foreign-flow'],
    queryFn: ({ signal }) => fetchForeignDetail(signal),
    enabled: link === 'open' || link === 'polling',
    refetchInterval: POLL_MS,
  })
  const states = useSlowStates()
  const sectors = useSectors()
  const rows = useMemo(() => foreignRows(data?.stocks ?? [], states, sectors.of), [data, states, sectors])
  return { summary: data?.summary ?? null, rows, error }
}
