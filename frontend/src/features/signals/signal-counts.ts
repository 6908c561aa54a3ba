import type { Alert, AlertType } from '@/shared/api/models'
import { formatClock, parseMoment, secondsOfDay } from '@/shared/time/market-time'

/** The session in numbers: per quarter of an hour and per symbol. */

const DATE = 'YYYY-MM-DD'.length
const QUARTER_S = 900
const OPEN_S = 9 * 3600
const CLOSE_S = 15 * 3600

/** `alerts` newest first: those of the date of the newest. */
export function ofNewestDay(alerts: readonly Alert[]): readonly Alert[] {
  const day = alerts[0]?.timestamp.slice(0, DATE)
  return alerts.filter(({ timestamp }) => timestamp.startsWith(day ?? ''))
}

export interface QuarterCount {
  /** `09:15`, Vietnam time. */
  readonly from: string
  readonly count: number
  /** Alerts of it, or all of them, are not known: the count is no figure to show. */
  readonly isCut: boolean
}

const two = (n: number): string => String(n).padStart(2, '0')

/** The time of the day from which `alerts` are known; '' when all are, which those of the days before do not change. */
export function cutTime(alerts: readonly Alert[], knownSince: string): string {
  const day = alerts[0]?.timestamp.slice(0, DATE)
  const ms = day && knownSince.startsWith(day) ? parseMoment(knownSince) : null
  return ms === null ? '' : formatClock(ms).slice(0, 'HH:MM'.length)
}

/**
 * 09:00 to 15:00; what is outside counts for the first or last quarter.
 * @param since `HH:MM` from which the alerts are known; '' when all are
 */
export function countPerQuarter(alerts: readonly Alert[], since = ''): readonly QuarterCount[] {
  const counts = new Array<number>((CLOSE_S - OPEN_S) / QUARTER_S).fill(0)
  for (const { timestamp } of alerts) {
    const ms = parseMoment(timestamp)
    if (ms === null) continue
    const place = Math.floor((secondsOfDay(ms) - OPEN_S) / QUARTER_S)
    const i = Math.min(counts.length - 1, Math.max(0, place))
    counts[i] = (counts[i] ?? 0) + 1
  }
  return counts.map((count, i) => {
    const s = OPEN_S + i * QUARTER_S
    const from = `${two(Math.floor(s / 3600))}:${two((s / 60) % 60)}`
    return { from, count, isCut: from < since }
  })
}

export interface SymbolCount {
  readonly symbol: string
  readonly volume: number
  readonly price: number
  readonly foreign: number
  readonly basis: number
  readonly total: number
}

const KIND: Record<AlertType, 'volume' | 'price' | 'foreign' | 'basis'> = {
  VOLUME_SPIKE: 'volume', PRICE_BREAKOUT: 'price', FOREIGN_ACCELERATION: 'foreign', BASIS_DIVERGENCE: 'basis',
}

/** Most signals first, equal ones by name. */
export function activeSymbols(alerts: readonly Alert[]): readonly SymbolCount[] {
  const bySymbol = new Map<string, SymbolCount>()
  for (const { symbol, alert_type: type } of alerts) {
    const known = bySymbol.get(symbol) ?? { symbol, volume: 0, price: 0, foreign: 0, basis: 0, total: 0 }
    bySymbol.set(symbol, { ...known, [KIND[type]]: known[KIND[type]] + 1, total: known.total + 1 })
  }
  return [...bySymbol.values()].sort((a, b) => b.total - a.total || (a.symbol < b.symbol ? -1 : 1))
}
