import i18next from 'i18next'
import type { Alert } from '@/shared/api/models'
import { useAlertPreferences } from '@/shared/alerts/alert-preferences'
import type { AlertStore } from '@/shared/alerts/alert-store'
import { AlarmSound } from './alarm-sound'
import { plainText } from './rich-text'
import { sayAlert } from './say-alert'
import { ToastStore } from './toast-store'

/** Tells of news: toasts, and for what is CRITICAL sound and, in a hidden page, a notification of the system. */

export const toasts = new ToastStore()
export const alarm = new AlarmSound()

export function announceNews(store: AlertStore): () => void {
  const leave = [store.onNews(announce), unlockAtFirstGesture()]
  return () => leave.forEach((stop) => stop())
}

export function announce(news: readonly Alert[]): void {
  const { hasToasts, hasSound, hasNotifications } = useAlertPreferences.getState()
  const critical = news.filter((alert) => alert.severity === 'CRITICAL')
  if (hasToasts) for (const alert of news.toReversed()) toasts.show(alert)
  if (hasSound && critical.length) alarm.play()
  const [newest] = critical
  if (hasNotifications && newest && document.hidden) notify(newest, critical.length)
}

/** One at a time: a newer takes the place of the one that is shown. */
function notify(alert: Alert, count: number): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const more = count > 1 ? ` (+${count - 1})` : ''
  const notification = new Notification(`${alert.symbol}${more}`, { body: plainText(sayAlert(alert, i18next.t).text), tag: 'vnst.alert' })
  notification.onclick = () => {
    window.focus()
    notification.close()
  }
}

/** The sound was switched on before this page was loaded: the browser wants a gesture first. */
function unlockAtFirstGesture(): () => void {
  const stop = (): void => {
    window.removeEventListener('pointerdown', onGesture)
    window.removeEventListener('keydown', onGesture)
  }
  const onGesture = (): void => {
    if (useAlertPreferences.getState().hasSound) alarm.unlock()
    if (alarm.isReady()) stop()
  }
  window.addEventListener('pointerdown', onGesture)
  window.addEventListener('keydown', onGesture)
  return stop
}
