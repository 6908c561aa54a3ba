import type { Time, UTCTimestamp } from 'lightweight-charts'
import { formatClock } from '@/shared/time/market-time'

/** lightweight-charts knows no time zones and writes UTC, so moments are moved to Vietnam's clock on the way in. */
const OFFSET_S = 7 * 3600

/** Epoch ms to the chart's time. */
export const toChartTime = (epochMs: number): UTCTimestamp => (Math.floor(epochMs / 1000) + OFFSET_S) as UTCTimestamp

/** The chart's time back to epoch ms; null for the business days we never give it. */
export const fromChartTime = (time: Time): number | null => (typeof time === 'number' ? (time - OFFSET_S) * 1000 : null)

const two = (n: number): string => String(n).padStart(2, '0')

/** `20/11`, in Vietnam. */
export function formatDay(epochMs: number): string {
  const date = new Date(epochMs + OFFSET_S * 1000)
  return `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}`
}

/** `14:21`, in Vietnam. */
export const formatMinute = (epochMs: number): string => formatClock(epochMs).slice(0, 5)

/** `20/11 14:21`, in Vietnam. */
export const formatDayMinute = (epochMs: number): string => `${formatDay(epochMs)} ${formatMinute(epochMs)}`
