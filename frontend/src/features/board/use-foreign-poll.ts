import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { fetchForeignStocks } from '@/shared/api/client'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'

/** Foreign figures per symbol are not in the market frames; they change slowly and never flash, so they are asked for. */
const POLL_MS = 5000
export const OLD_MS = 15_000 // three questions that nobody answered

/** Whether the figures stand still, though the line is open: REST does not answer. */
export function useForeignPoll(): boolean {
  const { store, socket } = useMarket()
  const { link } = useLink(socket)
  const isAsked = link === 'open' || link === 'polling'
  const { data, dataUpdatedAt } = useQuery({
    queryKey: ['foreign-detail'],
    queryFn: ({ signal }) => fetchForeignStocks(signal),
    enabled: isAsked,
    refetchInterval: POLL_MS,
  })
  useEffect(() => {
    if (data) store.offerForeign(data)
  }, [store, data])
  const [standsSince, setStandsSince] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setStandsSince(dataUpdatedAt), OLD_MS)
    return () => clearTimeout(timer)
  }, [dataUpdatedAt])
  return isAsked && dataUpdatedAt > 0 && standsSince === dataUpdatedAt
}
