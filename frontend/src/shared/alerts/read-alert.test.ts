import { expect, it } from 'vitest'
import { alertAt } from '@/test/alert-fixtures'
import { alertsOfEvents, readAlerts } from './read-alert'

it('takes alerts and leaves what is none', () => {
  const alert = alertAt('09:15:00')
  expect(readAlerts([alert, null, 'x', { ...alert, severity: 'LOUD' }, { ...alert, id: 1 }, { ...alert, data: null }])).toEqual([alert, { ...alert, data: {} }])
})

it('finds the alerts among the events of a batch', () => {
  const alert = alertAt('09:15:00')
  expect(alertsOfEvents([{ type: 'trade', symbol: 'VCB' }, { type: 'alert', topic: 'alerts', data: alert }, { type: 'alert' }])).toEqual([alert])
})
