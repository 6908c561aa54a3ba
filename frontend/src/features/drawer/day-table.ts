import type { SparkPoint } from '@/shared/ui/sparkline-drawing'

/** The day in words a listener can follow: about one row for each half hour, and the last. */
const ROW_PLACES = 30
const MORNING_PLACES = 150
const MORNING_OPEN = 9 * 60
const AFTERNOON_OPEN = 13 * 60

const two = (n: number): string => String(n).padStart(2, '0')

export function placeTime(place: number): string {
  const minute = place < MORNING_PLACES ? MORNING_OPEN + place : AFTERNOON_OPEN + place - MORNING_PLACES
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

export function tableRows(points: readonly SparkPoint[]): readonly SparkPoint[] {
  let next = 0
  return points.filter((point, i) => {
    if (point.place < next && i !== points.length - 1) return false
    next = (Math.floor(point.place / ROW_PLACES) + 1) * ROW_PLACES
    return true
  })
}
