import { useQuery } from '@tanstack/react-query'
import { dataOf, rest } from './client'

export type Sectors = Readonly<Record<string, readonly string[]>>

const NONE: Sectors = {}
const fetchSectors = async (signal: AbortSignal): Promise<Sectors> => dataOf(await rest.GET('/api/sectors', { signal })).sectors

/** ICB sectors with their symbols, by their English names; they change with the server's version only. */
export function useSectors(): Sectors {
  const { data } = useQuery({
    queryKey: ['sectors'],
    queryFn: ({ signal }) => fetchSectors(signal),
    staleTime: Infinity,
    refetchInterval: (query) => (query.state.data ? false : 5000),
  })
  return data ?? NONE
}
