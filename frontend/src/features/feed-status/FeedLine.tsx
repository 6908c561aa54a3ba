import { useTranslation } from 'react-i18next'
import { useSession } from '@/shared/market-store/market-context'
import { formatClock } from '@/shared/time/market-time'
import { FeedDot } from './FeedDot'
import { leadPhase } from './lead-phase'
import { useFreshness } from './use-freshness'
import { useMarketClock } from './use-market-clock'
import styles from './feed-status.module.css'

/** The session cell in one line, for the top bar of the phone. */
export function FeedLine() {
  const { t } = useTranslation()
  const session = useSession()
  const { word, source } = useFreshness()
  const clockMs = useMarketClock()
  const parts = [
    source && source !== 'ssi' ? t(`sourceTag/${source}`) : '',
    t(`feed/${word}`),
    clockMs === null ? '' : formatClock(clockMs),
    session && word !== 'closed' && word !== 'lunch' ? t(`phase/${leadPhase(session).phase}`) : '',
  ]
  return (
    <span className={styles.feed}>
      <FeedDot word={word} />
      <span className={styles.feedText}>{parts.filter(Boolean).join(' · ')}</span>
    </span>
  )
}
