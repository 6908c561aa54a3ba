const DAY_MS = 86_400_000

/** Calendar days from one date of the exchange to another; null if one is not known, never negative. */
export function daysUntil(from: string | null | undefined, to: string | null | undefined): number | null {
  if (!from || !to) return null
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
  return Number.isNaN(days) ? null : Math.max(0, days)
}

/** 0 is Sunday. A date has no zone. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay()
