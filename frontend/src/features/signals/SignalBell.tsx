import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUnreadCount } from '@/shared/alerts/alert-context'
import { Icon } from '@/shared/ui/Icon'
import { shownCount } from './shown-count'
import styles from './announce.module.css'

/** Leads to the signals from every page and says how many are unread. */
export function SignalBell() {
  const { t } = useTranslation()
  const count = useUnreadCount()
  const label = count ? t('signals/bell', { count }) : t('signals/bellNone')
  return (
    <Link to="/signals" className={styles.bell} aria-label={label} title={label}>
      <Icon name="bell" />
      {count ? <span className={styles.badge}>{shownCount(count)}</span> : null}
    </Link>
  )
}
