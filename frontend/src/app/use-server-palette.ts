import { useEffect } from 'react'
import { useConfig } from '@/shared/api/use-config'
import { isPalette, usePreferences } from '@/shared/preferences/preferences'

/** The installation's palette holds until the user chooses one. */
export function useServerPalette(): void {
  const chosen = usePreferences((preferences) => preferences.palette)
  const config = useConfig()
  useEffect(() => {
    const palette = config?.palette
    if (chosen === null && isPalette(palette)) document.documentElement.dataset.palette = palette
  }, [chosen, config])
}
