import { useEffect, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { IconButton } from '@/shared/ui/IconButton'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import { toasts } from './announcer'
import { RichText } from './RichText'
import { plainText } from './rich-text'
import { sayAlert } from './say-alert'
import { SeverityIcon } from './SeverityIcon'
import { useAlertNames } from './use-alert-names'
import styles from './announce.module.css'
import type { Toast } from './toast-store'

/** At most three, newest first. What is critical interrupts a screen reader, the rest waits its turn. */
export function Toasts() {
  const { t } = useTranslation()
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get)
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape' && !document.querySelector('dialog[open]')) toasts.clear()
    }
    if (shown.length) window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [shown.length])
  const critical = shown.find(({ alert }) => alert.severity === 'CRITICAL')
  const other = shown.find(({ alert }) => alert.severity !== 'CRITICAL')
  return (
    <>
      <Spoken toast={critical} live="assertive" />
      <Spoken toast={other} live="polite" />
      {shown.length ? (
        <section className={styles.toasts} aria-label={t('signals/toasts')} onMouseEnter={toasts.hold} onMouseLeave={toasts.release} onFocus={toasts.hold} onBlur={toasts.release}>
          {shown.map((toast) => (
            <ToastCard key={toast.type} toast={toast} />
          ))}
        </section>
      ) : null}
    </>
  )
}

function Spoken({ toast, live }: { toast: Toast | undefined; live: 'assertive' | 'polite' }) {
  const { t } = useTranslation()
  const nameOf = useAlertNames()
  return (
    <div className="sr-only" aria-live={live} aria-atomic="true">
      {toast ? `${nameOf(toast.alert.symbol)}: ${plainText(sayAlert(toast.alert, t).text)}` : ''}
    </div>
  )
}

function ToastCard({ toast: { type, alert, count } }: { toast: Toast }) {
  const { t } = useTranslation()
  const nameOf = useAlertNames()
  const { text, tone } = sayAlert(alert, t)
  const atMs = parseMoment(alert.timestamp)
  return (
    <article className={styles.toast} data-severity={alert.severity} data-testid="toast">
      <SeverityIcon severity={alert.severity} />
      <Link to={`/signals?symbol=${encodeURIComponent(alert.symbol)}`} className={styles.toastHead} onClick={() => toasts.dismiss(type)}>
        <b>{nameOf(alert.symbol)}</b>
        <span className={styles.dim}>{t(`signals/type.${type}`)}</span>
        {count > 1 ? <span className={styles.dim}>{t('signals/more', { count: count - 1 })}</span> : null}
        <time>{atMs === null ? '' : formatClock(atMs)}</time>
      </Link>
      <IconButton icon="close" label={t('signals/dismiss')} className={styles.toastClose} onClick={() => toasts.dismiss(type)} />
      <p>
        <RichText text={text} tone={tone} />
      </p>
    </article>
  )
}
