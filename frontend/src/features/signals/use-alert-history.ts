import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ALERT_TYPES } from '@/shared/alerts/read-alert'
import { fetchAlertPage } from '@/shared/api/history'
import type { Alert } from '@/shared/api/models'
import { useDerivatives, useMarket } from '@/shared/market-store/market-context'
import type { SignalFilter } from './signal-filter'
import type { SignalView } from './use-signal-view'

const PAGE = 200
const NONE: readonly Alert[] = []

export interface AlertHistory {
  readonly alerts: readonly Alert[]
  readonly isLoading: boolean
  readonly error: Error | null
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  readonly loadMore: () => void
  readonly retry: () => void
}

/** What is stored of alerts, a page at a time. The server narrows it, but for the beginning of a symbol's name. */
export function useAlertHistory(filter: SignalFilter, { name, from, to }: SignalView): AlertHistory {
  const { store } = useMarket()
  const isContract = useDerivatives()?.contracts?.some(({ symbol, alias }) => symbol === filter.symbol || alias === filter.symbol) ?? false
  const isKnown = filter.symbol !== '' && (isContract || store.getSymbol(filter.symbol) !== undefined)
  const wanted = useMemo(
    () => ({
      severity: filter.severity,
      types: filter.types.size === ALERT_TYPES.length ? null : [...filter.types],
      symbol: isKnown ? filter.symbol : null,
      from,
      to,
    }),
    [filter, isKnown, from, to],
  )
  const query = useInfiniteQuery({
    queryKey: ['alert-history', wanted],
    queryFn: ({ pageParam, signal }) => fetchAlertPage(wanted, PAGE, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    enabled: name === 'history',
    refetchOnWindowFocus: false,
  })
  const alerts = useMemo(() => query.data?.pages.flatMap((page) => page.alerts) ?? NONE, [query.data])
  return {
    alerts,
    isLoading: query.isPending,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  }
}
