import { useSyncExternalStore } from 'react'

/** One shared one-second beat; every reader of it shows the same second. */
const BEAT_MS = 1000
const listeners = new Set<() => void>()
let now = Date.now()
let beat: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  now = Date.now()
  beat ??= setInterval(() => {
    now = Date.now()
    for (const notify of listeners) notify()
  }, BEAT_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size) return
    clearInterval(beat)
    beat = undefined
  }
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now)
