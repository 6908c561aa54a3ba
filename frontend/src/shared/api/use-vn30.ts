import { useQuery } from '@tanstack/react-query'
import { fetchVn30 } from './client'

const NONE: readonly string[] = []
const REFRESH_MS = 3_600_000 // the server re-reads the basket once a day

export function useVn30(): readonly string[] {
  const { data } = useQuery({
    queryKey: ['vn30'],
    queryFn: ({ signal }) => fetchVn30(signal),
    staleTime: REFRESH_MS,
    refetchInterval: (query) => (query.state.data ? REFRESH_MS : 5000),
  })
  return data ?? NONE
}
