import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'
import { freshnessOf, type Freshness } from './freshness'
import { useNow } from '@/shared/time/use-now'

export function useFreshness(): Freshness {
  const { socket } = useMarket()
  const link = useLink(socket)
  const now = useNow()
  return freshnessOf(link, socket.getData() !== null, Math.max(now, link.statusAt, link.dataAt))
}
