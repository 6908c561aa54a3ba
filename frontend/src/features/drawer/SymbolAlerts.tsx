import { useTranslation } from 'react-i18next'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import { Icon } from '@/shared/ui/Icon'
import { DrawerSection } from './DrawerSection'
import type { Alert } from './symbol-history'
import { useSymbolAlerts } from './use-symbol-alerts'
import styles from './drawer.module.css'

const SEVERITY_ICON = { CRITICAL: 'warn', WARNING: 'warn', INFO: 'info' } as const

export function SymbolAlerts({ symbol }: { symbol: string }) {
  const { t } = useTranslation()
  const { alerts, isError } = useSymbolAlerts(symbol)
  return (
    <DrawerSection title={t('drawer/alerts')}>
      {alerts?.length ? (
        <ul className={styles.alerts}>
          {alerts.map((alert) => (
            <li key={alert.id} data-severity={alert.severity} title={alert.message}>
              <time>{formatClock(parseMoment(alert.timestamp) ?? 0)}</time>
              <Icon name={SEVERITY_ICON[alert.severity]} />
              <AlertWords alert={alert} />
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.none}>{t(isError ? 'drawer/alertsFailed' : alerts ? 'drawer/noAlerts' : 'drawer/loading')}</p>
      )}
    </DrawerSection>
  )
}

function AlertWords({ alert }: { alert: Alert }) {
  const { t } = useTranslation()
  const { direction } = alert.data
  switch (alert.alert_type) {
    case 'PRICE_BREAKOUT':
      return <b>{t(direction === 'floor' ? 'drawer/atFloor' : 'drawer/atCeiling')}</b>
    case 'FOREIGN_ACCELERATION':
      return <b>{t(direction === 'selling' ? 'drawer/foreignSelling' : 'drawer/foreignBuying')}</b>
    case 'BASIS_DIVERGENCE':
      return <b>{t('drawer/basisTurned')}</b>
    case 'VOLUME_SPIKE':
      return <b>{t('drawer/volumeSpike')}</b>
  }
}
