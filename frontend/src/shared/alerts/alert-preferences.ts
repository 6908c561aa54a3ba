import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** How this browser wants to hear of alerts. Sound and notifications are off until switched on. */
interface AlertPreferences {
  hasSound: boolean
  hasToasts: boolean
  /** The system's notifications, for what is CRITICAL while the page is hidden. */
  hasNotifications: boolean
  muted: readonly string[]
  /** The timestamp of the newest alert that was read. */
  readUpTo: string
  setSound: (hasSound: boolean) => void
  setToasts: (hasToasts: boolean) => void
  setNotifications: (hasNotifications: boolean) => void
  toggleMute: (symbol: string) => void
  setReadUpTo: (timestamp: string) => void
}

export const useAlertPreferences = create<AlertPreferences>()(
  persist(
    (set) => ({
      hasSound: false,
      hasToasts: true,
      hasNotifications: false,
      muted: [],
      readUpTo: '',
      setSound: (hasSound) => set({ hasSound }),
      setToasts: (hasToasts) => set({ hasToasts }),
      setNotifications: (hasNotifications) => set({ hasNotifications }),
      toggleMute: (symbol) =>
        set(({ muted }) => ({ muted: muted.includes(symbol) ? muted.filter((name) => name !== symbol) : [...muted, symbol].sort() })),
      setReadUpTo: (readUpTo) => set({ readUpTo }),
    }),
    { name: 'vnst.alerts', version: 1 },
  ),
)

export const isMuted = (symbol: string): boolean => useAlertPreferences.getState().muted.includes(symbol)

/** Whether somebody waits for alarms of a page that nobody looks at. */
export function isWaitedFor(): boolean {
  const { hasSound, hasNotifications } = useAlertPreferences.getState()
  return hasSound || hasNotifications
}
