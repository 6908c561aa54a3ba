import type { PriceData } from '@/shared/api/models'

/** Where a price stands between floor (0) and ceiling (100); null without limits. */
export function placeInLimits(value: number | null | undefined, { floor, ceiling }: PriceData): number | null {
  if (!value || !floor || !ceiling || ceiling <= floor) return null
  return Math.min(100, Math.max(0, ((value - floor) / (ceiling - floor)) * 100))
}
