import { useTranslation } from 'react-i18next'
import type { SessionStats } from '@/shared/api/models'
import { formatMillions, formatNumber, formatShare } from '@/shared/format/board-number'
import styles from './quote.module.css'

const MILLION = 1e6

/** Who crossed the spread today: active buying, neither (auctions among it), active selling. */
export function AggressorSplit({ stats }: { stats: SessionStats | undefined }) {
  const { t } = useTranslation()
  const buy = stats?.mua_chu_dong_volume ?? 0
  const sell = stats?.ban_chu_dong_volume ?? 0
  const neutral = stats?.neutral_volume ?? 0
  const total = buy + sell + neutral
  /** Three figures side by side: what has many digits is shortened. */
  const amount = (volume: number): string => (volume < MILLION ? formatNumber(volume) : `${formatMillions(volume, 2)} ${t('volume/million')}`)
  if (!total) return <p className={styles.none}>{t('quote/noTrades')}</p>
  return (
    <div>
      <div className={styles.split} aria-hidden="true">
        <i data-side="buy" style={{ flex: buy }} />
        <i data-side="neutral" style={{ flex: neutral }} />
        <i data-side="sell" style={{ flex: sell }} />
      </div>
      <p className={styles.shares}>
        <span>
          <b className="buy">{formatShare(buy, total)}</b> {t('quote/activeBuy')} {amount(buy)}
        </span>
        <span className={styles.neutral} title={t('quote/neutral')}>
          <span className="sr-only">{t('quote/neutral')} </span>
          {formatShare(neutral, total)}
        </span>
        <span>
          {t('quote/activeSell')} {amount(sell)} <b className="sell">{formatShare(sell, total)}</b>
        </span>
      </p>
    </div>
  )
}
