/** Whether anybody looks at the page, and what the browser says of the network. */

export const HIDDEN_LIMIT_MS = 60_000

export interface PresenceEvents {
  /** The page has been hidden for HIDDEN_LIMIT_MS; said again after each as long again. */
  onAway: () => void
  onShown: () => void
  onOnline: () => void
  onOffline: () => void
}

/** Returns its own stop. */
export function watchPresence({ onAway, onShown, onOnline, onOffline }: PresenceEvents): () => void {
  let awayTimer: ReturnType<typeof setInterval> | undefined
  const onVisibility = (): void => {
    clearInterval(awayTimer)
    if (document.hidden) awayTimer = setInterval(onAway, HIDDEN_LIMIT_MS)
    else onShown()
  }
  if (document.hidden) onVisibility()
  document.addEventListener('visibilitychange', onVisibility)
  window.addEventListener('online', onOnline)
  window.addEventListener('offline', onOffline)
  return () => {
    clearInterval(awayTimer)
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('online', onOnline)
    window.removeEventListener('offline', onOffline)
  }
}
