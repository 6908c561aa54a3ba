import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAlerts, useAlertStore, useUnread } from '@/shared/alerts/alert-context'
import { filterAlerts, isNarrowed, NO_FILTER } from './signal-filter'
import { groupSimilar, rowsOf } from './signal-groups'
import { SignalLog } from './SignalLog'
import { SignalTools } from './SignalTools'
import { SignalVacancy } from './SignalVacancy'
import { useAlertBuffer } from './use-alert-buffer'
import { useAlertNames } from './use-alert-names'
import { useSeen } from './use-seen'
import { useSignalFilter } from './use-signal-filter'
import styles from './signals.module.css'

/** What just changed: the live feed and what was before it. */
export function Signals() {
  const { t } = useTranslation()
  const store = useAlertStore()
  const alerts = useAlerts()
  const unread = useUnread()
  const nameOf = useAlertNames()
  const [filter, setFilter] = useSignalFilter()
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set())
  const buffer = useAlertBuffer()
  useSeen()

  const shown = useMemo(() => filterAlerts(alerts, filter, nameOf), [alerts, filter, nameOf])
  const rows = useMemo(() => rowsOf(groupSimilar(shown), openIds), [shown, openIds])
  const symbols = useMemo(() => [...new Set(alerts.map(({ symbol }) => nameOf(symbol)))].sort(), [alerts, nameOf])
  const toggle = (key: string): void => {
    const next = new Set(openIds)
    if (!next.delete(key)) next.add(key)
    setOpenIds(next)
  }

  return (
    <div className={styles.page}>
      <h1 className="sr-only">{t('signals/title')}</h1>
      <SignalTools filter={filter} onFilter={setFilter} symbols={symbols} />
      <div className={styles.panes}>
        <section className={styles.feed} aria-label={t('signals/title')}>
          {rows.length ? (
            <SignalLog rows={rows} unread={unread} nameOf={nameOf} onToggle={toggle} />
          ) : (
            <SignalVacancy
              isNarrowed={alerts.length > 0 && isNarrowed(filter)}
              isKnown={store.isKnown()}
              hasFailed={buffer.hasFailed}
              onClear={() => setFilter(NO_FILTER)}
              onRetry={buffer.retry}
            />
          )}
        </section>
      </div>
    </div>
  )
}
