import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Alert } from '@/shared/api/models'
import { AlertStore } from './alert-store'

/** Where there is no market there are no alerts. */
export const AlertContext = createContext(new AlertStore())

export const useAlertStore = (): AlertStore => useContext(AlertContext)

export function useAlerts(): readonly Alert[] {
  const store = useAlertStore()
  return useSyncExternalStore(store.subscribe, store.getAlerts)
}

/** Whether the first list has come, be it empty. */
export function useAlertsKnown(): boolean {
  const store = useAlertStore()
  return useSyncExternalStore(store.subscribe, store.isKnown)
}

/** The timestamp before which alerts may be missing; '' when none is. */
export function useAlertsKnownSince(): string {
  const store = useAlertStore()
  return useSyncExternalStore(store.subscribe, store.getKnownSince)
}

export function useUnread(): ReadonlySet<string> {
  const store = useAlertStore()
  return useSyncExternalStore(store.subscribe, store.getUnread)
}

/** For marks in navigation and title. */
export const useUnreadCount = (): number => useUnread().size
