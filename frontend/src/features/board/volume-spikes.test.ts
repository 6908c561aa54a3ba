import { expect, it } from 'vitest'
import { alertAt } from '@/test/alert-fixtures'
import { spikedSymbols } from './volume-spikes'

const spike = (time: string, symbol: string) => alertAt(time, { symbol, alert_type: 'VOLUME_SPIKE' })
const at = (time: string): number => Date.parse(`2026-11-20T${time}+07:00`)

it('counts the volume spikes of the last quarter of an hour, each symbol once', () => {
  const alerts = [
    spike('10:20:00', 'VCB'), alertAt('10:19:00', { symbol: 'FPT', alert_type: 'PRICE_BREAKOUT' }), spike('10:10:00', 'VCB'), spike('10:06:00', 'HPG'), spike('10:04:00', 'SSI'),
  ]
  expect([...spikedSymbols(alerts, at('10:20:30'))]).toEqual(['VCB', 'HPG'])
  expect(spikedSymbols(alerts, at('10:40:00')).size).toBe(0)
  expect(spikedSymbols([], 0).size).toBe(0)
})
