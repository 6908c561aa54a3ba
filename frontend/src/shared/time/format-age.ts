import { formatCountdown } from '@/shared/time/market-time'

/** `0.4 s`, `12 s`, `3:05`: finer while it is fresh. */
export function formatAge(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  return seconds < 60 ? `${Math.floor(seconds)} s` : formatCountdown(seconds)
}
