/** Moments as the market counts them: Asia/Ho_Chi_Minh (UTC+7, no summer time), whatever the browser's zone is. */

const OFFSET_S = 7 * 3600
const DAY_S = 86_400

export const parseMoment = (moment: string | null | undefined): number | null => {
  if (!moment) return null
  const ms = Date.parse(moment)
  return Number.isNaN(ms) ? null : ms
}

/** Seconds since midnight in Vietnam. */
export const secondsOfDay = (epochMs: number): number => (((Math.floor(epochMs / 1000) + OFFSET_S) % DAY_S) + DAY_S) % DAY_S

const two = (n: number): string => String(n).padStart(2, '0')

export function formatClock(epochMs: number): string {
  const s = secondsOfDay(epochMs)
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** `2026-11-20` as `20/11`, the trading date being the exchange's and never converted. */
export function formatDayMonth(date: string | null | undefined): string {
  const [, month, day] = date?.split('-') ?? []
  return month && day ? `${day}/${month}` : ''
}

export function formatDate(date: string | null | undefined): string {
  const [year, month, day] = date?.split('-') ?? []
  return year && month && day ? `${day}/${month}/${year}` : ''
}

/** A countdown: `8:24`, or `1:02:03` from an hour up. */
export function formatCountdown(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(s / 3600)
  const minutes = Math.floor(s / 60) % 60
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}

/** RFC 3339 with Vietnam's offset, as the server writes moments: the first ten letters are the date there. */
export const toMoment = (epochMs: number): string => `${new Date(epochMs + OFFSET_S * 1000).toISOString().slice(0, 19)}+07:00`
