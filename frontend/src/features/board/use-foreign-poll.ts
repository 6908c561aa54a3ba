import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { fetchForeignStocks } from '@/shared/api/client'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'

/** Foreign figures per symbol are not in the market frames; they change slowly and never flash, so they are asked for. */
const POLL_MS = 5000

export function useForeignPoll(): void {
  const { store, socket } = useMarket()
  const { link } = useLink(socket)
  const { data } = useQuery({
    queryKey: ['foreign-detail'],
    queryFn: ({ signal }) => fetchForeignStocks(signal),
    enabled: link === 'open' || link === 'polling',
    refetchInterval: POLL_MS,
  })
  useEffect(() => {
    if (data) store.offerForeign(data)
  }, [store, data])
}
