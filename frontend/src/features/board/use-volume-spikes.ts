import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useAlerts } from '@/shared/alerts/alert-context'
import { fetchVolumeSpikes } from '@/shared/api/client'
import { useSlowStore } from '@/shared/market-store/use-slow-states'
import { useLink } from '@/shared/ws/use-web-socket'
import { useMarket } from '@/shared/market-store/market-context'
import { spikedSymbols } from './volume-spikes'

const NONE: readonly never[] = []
const POLL_MS = 30_000

/** The symbols whose volume has just spiked; the same set for as long as they are the same. */
export function useVolumeSpikes(): ReadonlySet<string> {
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const { store, version } = useSlowStore()
  const heard = useAlerts()
  // A new socket brings the last alerts of all kinds, which may be of a minute only; without one they are asked for.
  const { data: stored = NONE } = useQuery({
    queryKey: ['volume-spikes', link === 'open'],
    queryFn: ({ signal }) => fetchVolumeSpikes(signal),
    enabled: link === 'open' || link === 'polling',
    refetchInterval: link === 'open' ? false : POLL_MS,
  })
  const symbols = useMemo(() => {
    void version // market time moves with the content of the store
    const { exchangeMs } = store.getDataTime()
    return [...new Set([...spikedSymbols(heard, exchangeMs), ...spikedSymbols(stored, exchangeMs)])].sort().join()
  }, [heard, stored, store, version])
  return useMemo(() => new Set(symbols.split(',').filter(Boolean)), [symbols])
}
