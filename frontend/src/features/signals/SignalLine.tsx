import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAlertPreferences } from '@/shared/alerts/alert-preferences'
import { priceBand } from '@/shared/format/price-band'
import { useSymbol } from '@/shared/market-store/market-context'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import { Icon } from '@/shared/ui/Icon'
import { RichText } from './RichText'
import { sayAlert } from './say-alert'
import { SeverityIcon } from './SeverityIcon'
import type { SignalRow } from './signal-groups'
import { SignalSpark } from './SignalSpark'
import styles from './signals.module.css'

interface SignalLineProps {
  row: Extract<SignalRow, { kind: 'signal' }>
  name: string
  isUnread: boolean
  /** Whether there is room for the half hour before it. */
  hasSpark: boolean
  onToggle: (key: string) => void
}

export function SignalLine({ row, name, isUnread, hasSpark, onToggle }: SignalLineProps) {
  const { t } = useTranslation()
  const { alert, similar, isOpen, isMember } = row
  const { symbol, severity, alert_type: type } = alert
  const isMuted = useAlertPreferences(({ muted }) => muted.includes(symbol))
  const toggleMute = useAlertPreferences((preferences) => preferences.toggleMute)
  const price = useSymbol(symbol)?.price
  const { text, tone, size } = sayAlert(alert, t)
  const atMs = parseMoment(alert.timestamp)
  const muteLabel = t(isMuted ? 'signals/unmute' : 'signals/mute', { symbol: name })
  return (
    <div className={`${styles.line} ${styles.grid}`} data-testid="signal" data-unread={isUnread || undefined} data-muted={isMuted || undefined} data-member={isMember || undefined}>
      <time className={styles.time} dateTime={alert.timestamp}>
        {atMs === null ? '' : formatClock(atMs)}
      </time>
      <SeverityIcon severity={severity} />
      <b className={`${styles.symbol} ${price ? priceBand(price.last_price, price) : ''}`}>{name}</b>
      <span className={styles.type}>{t(`signals/type.${type}`)}</span>
      <span className={styles.what}>
        <RichText text={text} tone={tone} />
        {isUnread ? <span className="sr-only"> · {t('signals/isUnread')}</span> : null}
        {isMuted ? <span className={styles.mutedTag}>{t('signals/isMuted')}</span> : null}
        {similar ? (
          <button
            type="button"
            className={styles.similar}
            aria-expanded={isOpen}
            aria-label={t(isOpen ? 'signals/hideSimilar' : 'signals/showSimilar', { count: similar, symbol: name })}
            onClick={() => onToggle(row.key)}
          >
            {t('signals/similar', { count: similar })} <Icon name="chevron" />
          </button>
        ) : null}
      </span>
      <b className={styles.size}>{size}</b>
      {hasSpark ? <SignalSpark alert={alert} /> : null}
      <span className={styles.actions}>
        <Link to={`/chart?symbol=${encodeURIComponent(symbol)}&interval=1m`} className={styles.action} aria-label={t('signals/chart', { symbol: name })} title={t('signals/chart', { symbol: name })}>
          <Icon name="candles" />
        </Link>
        <button type="button" className={styles.action} aria-pressed={isMuted} aria-label={muteLabel} title={muteLabel} onClick={() => toggleMute(symbol)}>
          <Icon name={isMuted ? 'sound' : 'mute'} />
        </button>
      </span>
    </div>
  )
}
