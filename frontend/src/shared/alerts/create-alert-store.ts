import { isMuted, useAlertPreferences } from './alert-preferences'
import { AlertStore } from './alert-store'

/** The page's alerts, remembering in the browser what was read and which symbols are muted. */
export function createAlertStore(): AlertStore {
  const store = new AlertStore({
    isMuted,
    getReadUpTo: () => useAlertPreferences.getState().readUpTo,
    setReadUpTo: (timestamp) => useAlertPreferences.getState().setReadUpTo(timestamp),
  })
  useAlertPreferences.subscribe((now, before) => {
    if (now.muted === before.muted) return
    for (const symbol of now.muted) if (!before.muted.includes(symbol)) store.markSymbolRead(symbol)
  })
  return store
}
