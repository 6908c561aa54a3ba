import type { ActiveMinute, ActiveQuarter } from '@/shared/api/models'
import { sessionPlace } from '@/shared/time/trading-day'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'
import { addSides, buyShare, NO_SIDES, type Sides } from './active-volume'

/** Active volume by place of the session; null where the day has not come to. */
export type MinuteSeries = readonly (Sides | null)[]

const sidesOf = (row: Pick<ActiveMinute, 'mua_chu_dong_volume' | 'ban_chu_dong_volume' | 'neutral_volume' | 'volume'>): Sides => ({
  buy: row.mua_chu_dong_volume,
  sell: row.ban_chu_dong_volume,
  neutral: row.neutral_volume,
  total: row.volume,
})

/** The minutes of one date; between them nothing was traded. Several fall on one place before the open and after the close. */
export function minuteSeries(minutes: readonly ActiveMinute[], date: string): MinuteSeries {
  const series: (Sides | null)[] = []
  for (const minute of minutes) {
    const place = sessionPlace(minute.timestamp)
    if (place === null || !minute.timestamp.startsWith(date)) continue
    while (series.length < place) series.push(series.length ? NO_SIDES : null)
    series[place] = addSides(series[place] ?? NO_SIDES, sidesOf(minute))
  }
  return series
}

/** Active buying less active selling, summed up. */
export function cumulativeNet(series: MinuteSeries): readonly (number | null)[] {
  let net = 0
  return series.map((sides) => {
    if (!sides) return null
    net += sides.buy - sides.sell
    return net
  })
}

/** The last minutes together, the one that runs included; null without any. */
export function recentSides(series: MinuteSeries, minutes: number): Sides | null {
  const last = series.slice(-minutes).filter((sides) => sides !== null)
  return last.length ? last.reduce(addSides, NO_SIDES) : null
}

const BALANCED_PCT = 50

/** Per symbol: active buying in percent of what had a side, quarter by quarter, less the balance of 50. */
export function shareLines(quarters: readonly ActiveQuarter[], date: string): ReadonlyMap<string, readonly SparkPoint[]> {
  const lines = new Map<string, SparkPoint[]>()
  for (const quarter of quarters) {
    const place = sessionPlace(quarter.timestamp)
    const share = buyShare(sidesOf(quarter))
    if (place === null || share === null || !quarter.timestamp.startsWith(date)) continue
    const line = lines.get(quarter.symbol) ?? []
    line.push({ place, value: share - BALANCED_PCT })
    lines.set(quarter.symbol, line)
  }
  return lines
}
