import { useTranslation } from 'react-i18next'
import { useSession } from '@/shared/market-store/market-context'
import { formatClock } from '@/shared/time/market-time'
import { FeedDot } from './FeedDot'
import { leadPhase } from './lead-phase'
import { useFreshness } from './use-freshness'
import { useMarketClock } from './use-market-clock'
import styles from './feed-status.module.css'

/** The session cell for the top bar of the phone: the time stands beside the page's title, where it is never cut off. */
export function FeedLine({ title }: { title: string }) {
  const { t } = useTranslation()
  const session = useSession()
  const { word, source } = useFreshness()
  const clockMs = useMarketClock()
  const parts = [
    source && source !== 'ssi' ? t(`sourceTag/${source}`) : '',
    t(`feed/${word}`),
    session && word !== 'closed' && word !== 'lunch' ? t(`phase/${leadPhase(session).phase}`) : '',
  ]
  return (
    <>
      <span className={styles.titled}>
        <b>{title}</b>
        {clockMs === null ? null : <time aria-label={t('session/clock')}>{formatClock(clockMs)}</time>}
      </span>
      <span className={styles.feed}>
        <FeedDot word={word} />
        <span className={styles.feedText}>{parts.filter(Boolean).join(' · ')}</span>
      </span>
    </>
  )
}
