import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, fetchGaps } from '@/shared/api/client'
import type { StoredGap } from '@/shared/api/models'
import { formatNumber } from '@/shared/format/board-number'
import { formatClock, formatDayMonth, parseMoment } from '@/shared/time/market-time'
import { Pane } from '@/shared/ui/Pane'
import styles from './system.module.css'

const POLL_MS = 10_000
const SHOWN = 100
const HARMLESS = 'late_start'

const clockOf = (moment: string | null | undefined): string => {
  const ms = parseMoment(moment)
  return ms === null ? '' : formatClock(ms)
}

/** By when they began; one without a beginning by its end. */
const newestFirst = (gaps: readonly StoredGap[]): readonly StoredGap[] => {
  const begin = (gap: StoredGap): string => `${gap.trading_date} ${gap.from_time ?? gap.to_time ?? ''}`
  return [...gaps].sort((a, b) => (begin(a) < begin(b) ? 1 : begin(a) > begin(b) ? -1 : 0))
}

/** What was traded and never shown to us. */
export function GapPane() {
  const { t } = useTranslation()
  const gaps = useQuery({ queryKey: ['gaps'], queryFn: ({ signal }) => fetchGaps(SHOWN, signal), refetchInterval: POLL_MS })
  const rows = useMemo(() => (gaps.isError || !gaps.data ? undefined : newestFirst(gaps.data)), [gaps.isError, gaps.data])
  const faults = rows?.filter(({ cause }) => cause !== HARMLESS).length
  const isNoDatabase = gaps.error instanceof ApiError && gaps.error.httpStatus === 503
  return (
    <Pane title={t('system/gaps')} note={t('system/gapsNote')} className={styles.gaps} end={faults === undefined ? null : <b className={faults ? styles.warn : ''}>{rows?.length === SHOWN ? t('system/gapsAtLeast', { count: faults }) : t('system/gapCount', { count: faults })}</b>}>
      {rows?.length ? (
        <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('system/gaps')}>
          <table className={styles.table}>
            <caption className="sr-only">{t('system/gaps')}</caption>
            <thead>
              <tr>
                <th scope="col" className={styles.text}>{t('system/gapTime')}</th>
                <th scope="col" className={styles.text}>{t('system/symbol')}</th>
                <th scope="col">{t('system/volume')}</th>
                <th scope="col" className={styles.text}>{t('system/cause')}</th>
                <th scope="col" className={`${styles.text} ${styles.desk}`}>{t('system/repair')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((gap) => (
                <tr key={gap.id}>
                  <td className={`${styles.text} ${styles.dim}`}>
                    {formatDayMonth(gap.trading_date)} {clockOf(gap.from_time ?? gap.to_time)}
                  </td>
                  <th scope="row" className={styles.text}>{gap.symbol === '*' ? t('system/wholeFeed') : gap.symbol}</th>
                  <td>{gap.volume ? formatNumber(gap.volume) : ''}</td>
                  <td className={styles.text}>
                    <code>{gap.cause}</code>
                  </td>
                  <td className={`${styles.text} ${styles.desk} ${gap.is_repaired ? styles.dim : styles.warn}`} title={gap.repair_note ?? undefined}>
                    {gap.is_repaired ? t('system/repaired') : gap.to_time ? t('system/open') : t('system/lasting')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className={styles.waiting}>{rows ? t('system/noGaps') : isNoDatabase ? t('system/noDatabase') : gaps.isError ? t('system/unreachable') : t('system/collecting')}</p>
      )}
    </Pane>
  )
}
