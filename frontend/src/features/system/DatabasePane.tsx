import { useTranslation } from 'react-i18next'
import type { Health } from '@/shared/api/client'
import { FeedDot } from '@/shared/feed/FeedDot'
import { formatNumber } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import { quantileOf, rateOf, type TimedScrape } from './metric-rates'
import { labelsOf, total } from './samples'
import styles from './system.module.css'

const WORD = { connected: 'dbConnected', unavailable: 'dbUnavailable', not_configured: 'dbOff' } as const

interface DatabasePaneProps {
  health: Health | undefined
  before: TimedScrape | null
  now: TimedScrape | null
}

/** What is being kept, and what waits. */
export function DatabasePane({ health, before, now }: DatabasePaneProps) {
  const { t } = useTranslation()
  const word = Object.entries(WORD).find(([name]) => name === health?.database)?.[1]
  const tables = now ? labelsOf(now.scrape, 'db_rows_written_total', 'table') : []
  const pool = now ? labelsOf(now.scrape, 'db_pool_connections', 'state').map((state) => `${state} ${total(now.scrape, 'db_pool_connections', { state })}`) : []
  const spool = health?.spool
  return (
    <Pane
      title={t('system/database')}
      className={styles.database}
      end={
        <span className={styles.state}>
          <FeedDot word={health?.database === 'connected' ? 'live' : health?.database === 'unavailable' ? 'failed' : 'unknown'} />
          {word ? t(`system/${word}`) : t('system/unreachable')}
        </span>
      }
    >
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('system/database')}>
        <table className={styles.table}>
          <caption className="sr-only">{t('system/database')}</caption>
          <thead>
            <tr>
              <th scope="col" className={styles.text}>{t('system/table')}</th>
              <th scope="col">{t('system/rowsPerSecond')}</th>
              <th scope="col">p99</th>
            </tr>
          </thead>
          <tbody>
            {tables.map((table) => {
              const rate = rateOf(before, now, 'db_rows_written_total', { table })
              const write = quantileOf(before, now, 'db_write_seconds', 0.99, { table })
              return (
                <tr key={table}>
                  <th scope="row" className={styles.text}>
                    <code>{table}</code>
                  </th>
                  <td>{rate === null ? '–' : formatNumber(rate, rate < 10 ? 1 : 0)}</td>
                  <td className={styles.dim}>{write === null ? '–' : `${formatNumber(write * 1000)} ms`}</td>
                </tr>
              )
            })}
            <Line name={t('system/pool')} value={pool.join(' · ') || '–'} />
            <Line name={t('system/spool')} value={spool ? t('system/spoolFigures', { rows: formatNumber(spool.rows), s: formatNumber(spool.oldest_s, 1) }) : health ? t('system/noSpool') : '–'} />
            <Line name={t('system/deadRows')} value={spool ? formatNumber(spool.dead_rows) : '–'} isWarning={Boolean(spool?.dead_rows)} />
            {spool?.is_refusing ? <Line name={t('system/refusing')} value={t('system/refusingNote')} isWarning /> : null}
            {spool?.is_failing ? <Line name={t('system/failing')} value={t('system/failingNote')} isWarning /> : null}
          </tbody>
        </table>
      </div>
    </Pane>
  )
}

function Line({ name, value, isWarning = false }: { name: string; value: string; isWarning?: boolean }) {
  return (
    <tr>
      <th scope="row" className={`${styles.text} ${styles.dim}`}>{name}</th>
      <td colSpan={2} className={isWarning ? styles.warn : ''}>{value}</td>
    </tr>
  )
}
