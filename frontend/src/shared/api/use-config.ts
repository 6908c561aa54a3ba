import { useQuery } from '@tanstack/react-query'
import { fetchConfig, type Config } from './client'

const RETRY_MS = 5000

/** What the installation says of itself; it does not change while it runs. */
export function useConfig(): Config | undefined {
  const { data } = useQuery({
    queryKey: ['config'],
    queryFn: ({ signal }) => fetchConfig(signal),
    staleTime: Infinity,
    refetchInterval: (query) => (query.state.data ? false : RETRY_MS),
  })
  return data
}
