import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/shared/market-store/market-context'
import { formatClock, formatCountdown, formatDayMonth } from '@/shared/time/market-time'
import { formatAge } from '@/shared/time/format-age'
import { DayTimeline } from './DayTimeline'
import { FeedDot } from '@/shared/feed/FeedDot'
import { SessionDetails } from './SessionDetails'
import { useFreshness } from '@/shared/feed/use-freshness'
import { useLeadPhase } from './use-lead-phase'
import { useMarketClock } from './use-market-clock'
import styles from './feed-status.module.css'

/** Where the day is, where the data comes from and how old it is: the last cell of the index strip. */
export function SessionCell() {
  const { t } = useTranslation()
  const session = useSession()
  const { word, source, ageS } = useFreshness()
  const clockMs = useMarketClock()
  const detailsId = useId()
  const { exchange, phase, next } = useLeadPhase()
  return (
    <div className={styles.cell} role="group" aria-label={t('session/label')}>
      <button type="button" className={styles.cellButton} popoverTarget={detailsId} aria-label={t('session/details')} title={t('session/details')} />
      <span className={styles.line}>
        <b>{session ? t(`phase/${phase}`) : '–'}</b>
        {next ? <span className={styles.dim}>{t('session/next', { phase: t(`phase/${next.phase}`), time: formatCountdown(next.inSeconds) })}</span> : null}
        {/* What is final is the day that is shown; the phase may be one of the next. */}
        <span className={styles.right}>{[session?.is_final ? t('session/final') : '', formatDayMonth(session?.trading_date)].filter(Boolean).join(' ')}</span>
      </span>
      <DayTimeline exchange={exchange} phase={phase} clockMs={clockMs} />
      <span className={styles.line}>
        <span className={styles.feed} data-testid="feed">
          <FeedDot word={word} />
          {source && source !== 'ssi' ? <span className={styles.source}>{t(`sourceTag/${source}`)}</span> : null}
          <span>{t(`feed/${word}`)}</span>
          {ageS === null ? null : <span className={styles.dim}>{formatAge(ageS)}</span>}
        </span>
        <time className={styles.clock} aria-label={t('session/clock')}>
          {clockMs === null ? '--:--:--' : formatClock(clockMs)}
        </time>
      </span>
      <SessionDetails id={detailsId} clockMs={clockMs} />
    </div>
  )
}
