/** Whether anybody looks at the page, and what the browser says of the network. */

export const HIDDEN_LIMIT_MS = 60_000

export interface PresenceEvents {
  /** The page has been hidden for longer than HIDDEN_LIMIT_MS. */
  onAway: () => void
  onShown: () => void
  onOnline: () => void
  onOffline: () => void
}

/** Returns its own stop. */
export function watchPresence({ onAway, onShown, onOnline, onOffline }: PresenceEvents): () => void {
  let awayTimer: ReturnType<typeof setTimeout> | undefined
  const onVisibility = (): void => {
    clearTimeout(awayTimer)
    if (document.hidden) awayTimer = setTimeout(onAway, HIDDEN_LIMIT_MS)
    else onShown()
  }
  if (document.hidden) onVisibility()
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('online', onOnline)
  window.addEventListener('offline', onOffline)
  return () => {
    clearTimeout(awayTimer)
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('online', onOnline)
    window.removeEventListener('offline', onOffline)
  }
}
