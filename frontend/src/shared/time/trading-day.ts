import type { Phase } from '../api/models'
import { parseMoment, secondsOfDay } from './market-time'

/**
 * The day as the exchanges plan it (HOSE and HNX rules, unchanged September 2026). For countdowns and axes only:
 * which phase it is now is for the feed to say.
 */

const at = (hours: number, minutes: number): number => hours * 3600 + minutes * 60

export interface PlannedPhase {
  phase: Phase
  from: number
  to: number
}

const MORNING = { from: at(9, 0), to: at(11, 30) }
const LUNCH: PlannedPhase = { phase: 'lunch', from: at(11, 30), to: at(13, 0) }
const ATC: PlannedPhase = { phase: 'atc', from: at(14, 30), to: at(14, 45) }

const PLANS: Record<string, readonly PlannedPhase[]> = {
  HOSE: [
    { phase: 'ato', from: at(9, 0), to: at(9, 15) },
    { phase: 'continuous', from: at(9, 15), to: at(11, 30) },
    LUNCH,
    { phase: 'continuous', from: at(13, 0), to: at(14, 30) },
    ATC,
    { phase: 'put_through', from: at(14, 45), to: at(15, 0) },
  ],
  HNX: [
    { phase: 'continuous', ...MORNING },
    LUNCH,
    { phase: 'continuous', from: at(13, 0), to: at(14, 30) },
    ATC,
    { phase: 'plo', from: at(14, 45), to: at(15, 0) },
  ],
  UPCOM: [{ phase: 'continuous', ...MORNING }, LUNCH, { phase: 'continuous', from: at(13, 0), to: at(15, 0) }],
  DERIVATIVES: [
    { phase: 'ato', from: at(8, 45), to: at(9, 0) },
    { phase: 'continuous', ...MORNING },
    LUNCH,
    { phase: 'continuous', from: at(13, 0), to: at(14, 30) },
    ATC,
  ],
}

export const plannedDay = (exchange: string): readonly PlannedPhase[] => PLANS[exchange] ?? []

export interface NextPhase {
  phase: Phase
  inSeconds: number
}

/** What comes next on an exchange and in how many seconds; null after the last phase. */
export function nextPhase(exchange: string, timeMs: number): NextPhase | null {
  const now = secondsOfDay(timeMs)
  const plan = plannedDay(exchange)
  const next = plan.find((planned) => planned.from > now)
  if (next) return { phase: next.phase, inSeconds: next.from - now }
  const last = plan.at(-1)
  return last && last.to > now ? { phase: 'closed', inSeconds: last.to - now } : null
}

/** One-minute places of a session chart: 150 before lunch, 105 after it, lunch taken out. */
export const SESSION_PLACES = 255
const MORNING_MINUTES = 150

export function sessionPlace(moment: string): number | null {
  const ms = parseMoment(moment)
  if (ms === null) return null
  const minute = Math.floor(secondsOfDay(ms) / 60)
  const open = MORNING.from / 60
  const afternoon = LUNCH.to / 60
  if (minute < open) return 0
  if (minute < afternoon) return Math.min(minute - open, MORNING_MINUTES - 1)
  return Math.min(minute - afternoon + MORNING_MINUTES, SESSION_PLACES - 1)
}

/** The minute that a place of the session stands for: `09:00`, `13:00`. */
export function placeLabel(place: number): string {
  const minute = place < MORNING_MINUTES ? MORNING.from / 60 + place : LUNCH.to / 60 + place - MORNING_MINUTES
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** The place at which the afternoon begins. */
export const LUNCH_PLACE = MORNING_MINUTES
