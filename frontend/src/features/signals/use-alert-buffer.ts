import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useAlertStore } from '@/shared/alerts/alert-context'
import { fetchAlerts } from '@/shared/api/client'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'

const BUFFER = 500 // all the server keeps at hand; a socket only brings the last 50

/** Complete the list with the server's whole buffer, once per connection: more than 50 may have been missed in between. */
export function useAlertBuffer(): { hasFailed: boolean; retry: () => void } {
  const store = useAlertStore()
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const { data, isError, refetch } = useQuery({
    queryKey: ['alert-buffer', link === 'open'],
    queryFn: ({ signal }) => fetchAlerts(BUFFER, signal),
    enabled: link === 'open' || link === 'polling',
    staleTime: 0,
    gcTime: 0,
  })
  useEffect(() => {
    if (data) store.offerOlder(data, BUFFER)
  }, [store, data])
  return { hasFailed: isError, retry: () => void refetch() }
}
