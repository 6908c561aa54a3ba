import type { TFunction } from 'i18next'
import { formatCountdown, secondsOfDay } from '@/shared/time/market-time'
import { plannedDay } from '@/shared/time/trading-day'
import type { DayPhase } from './active-volume'

const two = (n: number): string => String(n).padStart(2, '0')
const hour = (seconds: number): string => `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`

const planned = (exchange: string, phase: DayPhase) => plannedDay(exchange).filter((part) => part.phase === phase)

/** `09:15–14:30`: from the first to the last of a phase, '' when the exchange plans none. */
export function plannedHours(exchange: string, phase: DayPhase): string {
  const parts = planned(exchange, phase)
  const first = parts[0]
  const last = parts.at(-1)
  return first && last ? `${hour(first.from)}–${hour(last.to)}` : ''
}

/** Why a phase has no volume: it is ahead, it runs, or nothing was traded in it. */
export function phaseState(exchange: string, phase: DayPhase, clockMs: number | null, isOver: boolean, t: TFunction): string {
  const parts = planned(exchange, phase)
  const first = parts[0]
  const last = parts.at(-1)
  if (isOver || !first || !last) return t('volume/over')
  if (clockMs === null) return t('volume/waiting')
  const now = secondsOfDay(clockMs)
  if (now < first.from) return t('volume/ahead', { time: formatCountdown(first.from - now) })
  return t(now < last.to ? 'volume/now' : 'volume/over')
}
