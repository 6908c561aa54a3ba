import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { fetchConfig } from '@/shared/api/client'
import { isPalette, usePreferences } from '@/shared/preferences/preferences'

/** The installation's palette holds until the user chooses one. */
export function useServerPalette(): void {
  const chosen = usePreferences((preferences) => preferences.palette)
  const { data } = useQuery({
    queryKey: ['config'],
    queryFn: ({ signal }) => fetchConfig(signal),
    enabled: chosen === null,
    staleTime: Infinity,
  })
  useEffect(() => {
    const palette = data?.palette
    if (chosen === null && isPalette(palette)) document.documentElement.dataset.palette = palette
  }, [chosen, data])
}
