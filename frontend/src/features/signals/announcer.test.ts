import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useAlertPreferences } from '@/shared/alerts/alert-preferences'
import { alertAt, breakoutAt } from '@/test/alert-fixtures'
import { alarm, announce, toasts } from './announcer'

const shown: { title: string; body: string | undefined }[] = []
class FakeNotification {
  static permission = 'granted'
  constructor(title: string, options: NotificationOptions) {
    shown.push({ title, body: options.body })
  }
}

beforeEach(() => {
  shown.length = 0
  vi.stubGlobal('Notification', FakeNotification)
  useAlertPreferences.setState({ hasSound: false, hasToasts: true, hasNotifications: false })
})
afterEach(() => {
  toasts.clear()
  vi.unstubAllGlobals()
})

it('is silent until the sound is switched on, and then sounds for what is critical', () => {
  const play = vi.spyOn(alarm, 'play').mockReturnValue()
  announce([breakoutAt('09:15:00')])
  expect(play).not.toHaveBeenCalled()
  useAlertPreferences.setState({ hasSound: true })
  announce([alertAt('09:15:00')])
  expect(play).not.toHaveBeenCalled()
  announce([alertAt('09:15:00'), breakoutAt('09:15:00')])
  expect(play).toHaveBeenCalledTimes(1)
})

it('uses the notifications of the system in a hidden page only', () => {
  useAlertPreferences.setState({ hasNotifications: true })
  announce([breakoutAt('09:15:00')])
  expect(shown).toEqual([])
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  announce([breakoutAt('09:15:01'), breakoutAt('09:15:00', { symbol: 'SSI' }), alertAt('09:15:00')])
  expect(shown).toEqual([{ title: 'VJC (+1)', body: 'Chạm trần 199.50' }])
})

it('shows no toasts when they are switched off', () => {
  useAlertPreferences.setState({ hasToasts: false })
  announce([alertAt('09:15:00')])
  expect(toasts.get()).toEqual([])
})
