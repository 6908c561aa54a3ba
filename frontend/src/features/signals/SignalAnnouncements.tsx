import { useEffect } from 'react'
import { useAlertStore, useUnreadCount } from '@/shared/alerts/alert-context'
import { announceNews } from './announcer'
import { markTitle } from './title-mark'
import { Toasts } from './Toasts'
import { useAlertPoll } from './use-alert-poll'

/** What every page has of the signals: toasts, sound, the count in the title. */
export function SignalAnnouncements() {
  const store = useAlertStore()
  const unread = useUnreadCount()
  useAlertPoll()
  useEffect(() => announceNews(store), [store])
  useEffect(() => markTitle(unread), [unread])
  return <Toasts />
}
