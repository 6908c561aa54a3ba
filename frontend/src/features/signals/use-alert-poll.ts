import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useAlertStore } from '@/shared/alerts/alert-context'
import { isWaitedFor } from '@/shared/alerts/alert-preferences'
import { fetchAlerts } from '@/shared/api/client'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'

const POLL_MS = 5000
const POLLED = 50 // as many as a socket's first list

/** While the socket is down alerts are asked for; in a hidden page only if somebody waits for them. */
export function useAlertPoll(): void {
  const store = useAlertStore()
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const isDown = link === 'polling' || link === 'waiting'
  const { data } = useQuery({
    queryKey: ['alerts', POLLED],
    queryFn: ({ signal }) => fetchAlerts(POLLED, signal),
    enabled: isDown,
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: isWaitedFor(),
    gcTime: 0, // an answer of the last outage is no news
  })
  useEffect(() => {
    if (data && isDown) store.offerList(data)
  }, [store, data, isDown])
}
