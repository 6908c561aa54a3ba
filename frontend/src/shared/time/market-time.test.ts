import { expect, it } from 'vitest'
import { formatClock, formatCountdown, formatDate, formatDayMonth } from './market-time'
import { nextPhase, sessionPlace, SESSION_PLACES } from './trading-day'

const at = (clock: string): number => Date.parse(`2026-11-20T${clock}+07:00`)

it('shows the time of Vietnam in any zone', () => {
  expect(formatClock(Date.parse('2026-11-20T02:15:00Z'))).toBe('09:15:00')
  expect(formatClock(Date.parse('2026-11-20T20:00:00Z'))).toBe('03:00:00')
})

it('shows dates as the exchange gives them', () => {
  expect([formatDayMonth('2026-11-20'), formatDate('2026-11-20'), formatDayMonth(null)]).toEqual(['20/11', '20/11/2026', ''])
})

it('counts down', () => expect([504, 3723, -1].map(formatCountdown)).toEqual(['8:24', '1:02:03', '0:00']))

it('knows what comes next on each exchange', () => {
  expect(nextPhase('HOSE', at('14:21:36'))).toEqual({ phase: 'atc', inSeconds: 504 })
  expect(nextPhase('HNX', at('14:40:00'))).toEqual({ phase: 'plo', inSeconds: 300 })
  expect(nextPhase('UPCOM', at('14:30:00'))).toEqual({ phase: 'closed', inSeconds: 1800 })
  expect(nextPhase('HOSE', at('15:10:00'))).toBeNull()
})

it('places a minute in the session with lunch taken out', () => {
  const place = (clock: string) => sessionPlace(`2026-11-20T${clock}+07:00`)
  expect([place('08:50:00'), place('09:00:00'), place('11:30:05'), place('13:00:00'), place('15:00:00')]).toEqual([0, 0, 149, 150, SESSION_PLACES - 1])
  expect(sessionPlace('nonsense')).toBeNull()
})
