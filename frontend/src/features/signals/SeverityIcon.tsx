import { useTranslation } from 'react-i18next'
import type { Severity } from '@/shared/api/models'
import { Icon } from '@/shared/ui/Icon'
import styles from './signals.module.css'

/** Shape first (octagon, triangle, circle), then colour, then words for who sees neither. */
const ICON = { CRITICAL: 'critical', WARNING: 'warn', INFO: 'info' } as const

export function SeverityIcon({ severity }: { severity: Severity }) {
  const { t } = useTranslation()
  return (
    <span className={styles.severity} data-severity={severity} title={t(`signals/severity.${severity}`)}>
      <Icon name={ICON[severity]} />
      <span className="sr-only">{t(`signals/severity.${severity}`)}</span>
    </span>
  )
}
