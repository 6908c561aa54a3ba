import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'
import { ALERTS_TOPIC, type TopicMessage } from '@/shared/ws/event-desk'
import { fetchAlerts, type Alert } from './symbol-history'

const ALERTS_SHOWN = 3
const REFRESH_MS = 30_000

const symbolOf = (message: TopicMessage): string | undefined => (message as { data?: { symbol?: string } }).data?.symbol

/** The newest alerts of a symbol; undefined until they are known. */
export function useSymbolAlerts(symbol: string): { alerts: readonly Alert[] | undefined; isError: boolean } {
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const client = useQueryClient()
  useEffect(
    () =>
      socket.events.listen(ALERTS_TOPIC, (message) => {
        if (symbolOf(message) === symbol) void client.invalidateQueries({ queryKey: ['symbol-alerts', symbol] })
      }),
    [socket, client, symbol],
  )
  const { data, isError } = useQuery({
    queryKey: ['symbol-alerts', symbol, link === 'open'],
    queryFn: ({ signal }) => fetchAlerts(symbol, ALERTS_SHOWN, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol ? previous : undefined),
  })
  return { alerts: data, isError }
}
