import { useQuery } from '@tanstack/react-query'
import { ApiError, fetchReplay, type Replay } from '@/shared/api/client'
import { useMarket } from '@/shared/market-store/market-context'
import { useLink } from '@/shared/ws/use-web-socket'

const LOOK_MS = 1000
export const REPLAY_KEY = ['replay'] as const

export interface ReplayState {
  replay: Replay
  toldAtMs: number
}

/** The recording that is replayed; null while the source is another one, or plays trade files. */
export function useReplay(): ReplayState | null {
  const { socket } = useMarket()
  const isReplay = useLink(socket).status?.source === 'replay'
  const { data, dataUpdatedAt } = useQuery({
    queryKey: REPLAY_KEY,
    queryFn: ({ signal }) => fetchReplay(signal),
    enabled: isReplay,
    retry: false,
    // Trade files have nothing to control: they are asked for once.
    refetchInterval: ({ state }) => (state.error instanceof ApiError && state.error.httpStatus === 404 ? false : LOOK_MS),
  })
  return isReplay && data ? { replay: data, toldAtMs: dataUpdatedAt } : null
}
