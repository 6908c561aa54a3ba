import { useEffect } from 'react'
import { useAlertStore } from '@/shared/alerts/alert-context'

/** Who leaves the page has read what was on it. */
export function useSeen(): void {
  const store = useAlertStore()
  useEffect(() => () => store.markAllRead(), [store])
}
