import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAlerts, useAlertsKnown, useUnread } from '@/shared/alerts/alert-context'
import { filterAlerts, isNarrowed, NO_FILTER } from './signal-filter'
import { groupSimilar, rowsOf } from './signal-groups'
import { HistoryEnd, HistoryVacancy } from './SignalHistory'
import { SignalLog } from './SignalLog'
import { SignalSide } from './SignalSide'
import { SignalTools } from './SignalTools'
import { SignalVacancy } from './SignalVacancy'
import { useAlertBuffer } from './use-alert-buffer'
import { useAlertHistory } from './use-alert-history'
import { useAlertNames } from './use-alert-names'
import { useSeen } from './use-seen'
import { useSignalFilter } from './use-signal-filter'
import { useSignalView } from './use-signal-view'
import styles from './signals.module.css'

/** What just changed: the live feed and what was before it. */
export function Signals() {
  const { t } = useTranslation()
  const isKnown = useAlertsKnown()
  const alerts = useAlerts()
  const unread = useUnread()
  const nameOf = useAlertNames()
  const [filter, setFilter] = useSignalFilter()
  const [openIds, setOpenIds] = useState<ReadonlySet<string>>(new Set())
  const buffer = useAlertBuffer()
  const view = useSignalView()
  const history = useAlertHistory(filter, view)
  const isHistory = view.name === 'history'
  const source = isHistory ? history.alerts : alerts
  useSeen()

  const shown = useMemo(() => filterAlerts(source, filter, nameOf), [source, filter, nameOf])
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
      <SignalTools view={view} filter={filter} onFilter={setFilter} shown={shown} symbols={symbols} />
      <div className={styles.panes}>
        <section className={styles.feed} aria-label={t('signals/title')}>
          {rows.length ? (
            <SignalLog
              key={view.name}
              rows={rows}
              unread={unread}
              nameOf={nameOf}
              onToggle={toggle}
              isLive={!isHistory}
              footer={isHistory ? <HistoryEnd history={history} count={shown.length} /> : null}
            />
          ) : isHistory ? (
            <HistoryVacancy history={history} isNarrowed={isNarrowed(filter) || Boolean(view.from || view.to)} onClear={() => setFilter(NO_FILTER)} />
          ) : (
            <SignalVacancy
              isNarrowed={alerts.length > 0 && isNarrowed(filter)}
              isKnown={isKnown}
              hasFailed={buffer.hasFailed}
              onClear={() => setFilter(NO_FILTER)}
              onRetry={buffer.retry}
            />
          )}
        </section>
        <SignalSide alerts={alerts} nameOf={nameOf} onSymbol={(symbol) => setFilter({ ...filter, symbol })} />
      </div>
    </div>
  )
}
