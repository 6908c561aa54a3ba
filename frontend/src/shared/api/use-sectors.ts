import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { fetchSectors } from './client'

const RETRY_MS = 5000

export interface Sectors {
  names: readonly string[]
  /** The symbols of each sector, by its English name. */
  listed: Readonly<Record<string, readonly string[]>>
  /** null: the list has no sector for it. */
  of: (symbol: string) => string | null
}

export const sectorsOf = (listed: Readonly<Record<string, readonly string[]>>): Sectors => {
  const bySymbol = new Map(Object.entries(listed).flatMap(([name, symbols]) => symbols.map((symbol) => [symbol, name] as const)))
  return { names: Object.keys(listed), listed, of: (symbol) => bySymbol.get(symbol) ?? null }
}

/** ICB sectors; empty until they are here. They change with the server's version only. */
export function useSectors(): Sectors {
  const { data } = useQuery({
    queryKey: ['sectors'],
    queryFn: ({ signal }) => fetchSectors(signal),
    staleTime: Infinity,
    refetchInterval: (query) => (query.state.data ? false : RETRY_MS),
  })
  return useMemo(() => sectorsOf(data ?? {}), [data])
}
