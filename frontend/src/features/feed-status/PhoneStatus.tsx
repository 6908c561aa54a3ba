import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/shared/market-store/market-context'
import { formatClock, formatCountdown } from '@/shared/time/market-time'
import { FeedDot } from '@/shared/feed/FeedDot'
import { SessionDetails } from './SessionDetails'
import { useFreshness } from '@/shared/feed/use-freshness'
import { useLeadPhase } from './use-lead-phase'
import { useMarketClock } from './use-market-clock'
import styles from './feed-status.module.css'

/** The session cell in two lines, for the top bar of the phone: the phase and what comes next, the feed and its clock. */
export function PhoneStatus({ title }: { title: string }) {
  const { t } = useTranslation()
  const session = useSession()
  const { word, source } = useFreshness()
  const { phase, next } = useLeadPhase()
  const clockMs = useMarketClock()
  const detailsId = useId()
  const hasPhase = session && word !== 'closed' && word !== 'lunch' // said below
  return (
    <div className={styles.phone}>
      <button type="button" className={styles.cellButton} popoverTarget={detailsId} aria-label={t('session/details')} title={t('session/details')} />
      <span className={styles.line}>
        <b>{title}</b>
        {next ? <span className={styles.dim}>{t('session/next', { phase: t(`phase/${next.phase}`), time: formatCountdown(next.inSeconds) })}</span> : null}
      </span>
      <span className={`${styles.line} ${styles.feed}`} data-testid="feed">
        <FeedDot word={word} />
        <span>{t(`feed/${word}`)}</span>
        {clockMs === null ? null : <time aria-label={t('session/clock')}>{formatClock(clockMs)}</time>}
        {source && source !== 'ssi' ? <span className={styles.source} data-optional="">{t(`sourceTag/${source}`)}</span> : null}
        {hasPhase ? <span data-optional="">{t(`phase/${phase}`)}</span> : null}
      </span>
      <SessionDetails id={detailsId} clockMs={clockMs} />
    </div>
  )
}
