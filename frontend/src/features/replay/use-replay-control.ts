import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { ApiError, changeReplay, type Replay, type ReplayChange } from '@/shared/api/client'
import { useMarket } from '@/shared/market-store/market-context'
import { REPLAY_KEY } from '@/shared/replay/use-replay'

export interface ReplayControl {
  change: (wanted: ReplayChange) => void
  /** Why the last change was not made. */
  problem: 'refused' | 'failed' | null
}

const FORBIDDEN: ReadonlySet<number> = new Set([401, 403])

export function useReplayControl(): ReplayControl {
  const queries = useQueryClient()
  const { mutate, error } = useMutation({
    mutationFn: changeReplay,
    onMutate: () => queries.cancelQueries({ queryKey: REPLAY_KEY }), // an answer from before would show the old place again
    onSuccess: (replay) => queries.setQueryData(REPLAY_KEY, replay),
  })
  const isForbidden = error instanceof ApiError && FORBIDDEN.has(error.httpStatus)
  return { change: mutate, problem: error ? (isForbidden ? 'refused' : 'failed') : null }
}

/** What was drawn before a seek is of another time: everything is asked for anew. */
export function useFreshAfterSeek({ seeks }: Replay): void {
  const queries = useQueryClient()
  const { socket } = useMarket()
  const seen = useRef(seeks)
  useEffect(() => {
    if (seen.current === seeks) return
    seen.current = seeks
    socket.reconnect()
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== REPLAY_KEY[0] })
  }, [seeks, queries, socket])
}
