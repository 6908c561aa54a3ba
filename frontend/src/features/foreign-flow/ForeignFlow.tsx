import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { formatClock } from '@/shared/time/market-time'
import { DataVacancy } from '@/shared/ui/DataVacancy'
import { CumulativeFlow } from './CumulativeFlow'
import { ForeignCards } from './ForeignCards'
import { ForeignTable } from './ForeignTable'
import { latestUpdate, sectorFlows } from './foreign-totals'
import { SectorBars } from './SectorBars'
import { TopList } from './TopList'
import { useForeignFlow } from './use-foreign-flow'
import { useForeignView } from './use-foreign-view'
import styles from './foreign-flow.module.css'

/** Are foreigners net buyers, and is it changing? */
export function ForeignFlow() {
  const { t } = useTranslation()
  const { summary, rows, error, isOld } = useForeignFlow()
  const view = useForeignView()
  const sectors = useMemo(() => sectorFlows(rows), [rows])
  const asOf = useMemo(() => latestUpdate(rows), [rows])
  const largest = useMemo(() => Math.max(0, ...rows.map((row) => Math.abs(row.net))), [rows])
  return (
    <div className={`${styles.page} ${isOld ? 'drained' : ''}`}>
      <h1 className="sr-only">{t('foreign/title')}</h1>
      {summary && rows.length ? (
        <>
          {isOld ? (
            <p role="status" className={styles.old}>
              {t('foreign/old', { time: asOf ? formatClock(Date.parse(asOf)) : '–' })}
            </p>
          ) : null}
          <ForeignCards summary={summary} rows={rows} />
          <div className={styles.panes}>
            <CumulativeFlow net={summary.total_net_value ?? 0} asOf={asOf} scope={summary.scope ?? ''} view={view} />
            <SectorBars flows={sectors} chosen={view.filter.sector} onChoose={view.setSector} />
            <div className={styles.tops}>
              <TopList rows={rows} side="buy" largest={largest} />
              <TopList rows={rows} side="sell" largest={largest} />
            </div>
            <ForeignTable rows={rows} view={view} />
          </div>
        </>
      ) : (
        <DataVacancy error={error} empty={t('foreign/empty')} />
      )}
    </div>
  )
}
