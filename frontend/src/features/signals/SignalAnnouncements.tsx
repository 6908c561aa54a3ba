import { useEffect } from 'react'
import { useAlertStore, useUnreadCount } from '@/shared/alerts/alert-context'
import { setUnreadInTitle } from '@/shared/ui/document-title'
import { announceNews } from './announcer'
import { Toasts } from './Toasts'
import { useAlertPoll } from './use-alert-poll'

/** What every page has of the signals: toasts, sound, the count in the title. */
export function SignalAnnouncements() {
  const store = useAlertStore()
  const unread = useUnreadCount()
  useAlertPoll()
  useEffect(() => announceNews(store), [store])
  useEffect(() => setUnreadInTitle(unread), [unread])
  return <Toasts />
}
