import { useTranslation } from 'react-i18next'
import type { SessionStats } from '@/shared/api/models'
import { formatNumber } from '@/shared/format/board-number'
import styles from './quote.module.css'

/** Who crossed the spread today: active buying, neither, active selling. */
export function AggressorSplit({ stats }: { stats: SessionStats }) {
  const { t } = useTranslation()
  const buy = stats.mua_chu_dong_volume ?? 0
  const sell = stats.ban_chu_dong_volume ?? 0
  const neutral = stats.neutral_volume ?? 0
  const total = buy + sell + neutral
  if (!total) return <p className={styles.none}>{t('quote/noTrades')}</p>
  const share = (volume: number): string => `${((volume / total) * 100).toFixed(1)}%`
  return (
    <div>
      <div className={styles.split} aria-hidden="true">
        <i data-side="buy" style={{ flex: buy }} />
        <i data-side="neutral" style={{ flex: neutral }} />
        <i data-side="sell" style={{ flex: sell }} />
      </div>
      <div className={styles.splitText}>
        <span>
          <b className={styles.buy}>{share(buy)}</b> {t('quote/activeBuy')} {formatNumber(buy)}
        </span>
        <span>
          {share(neutral)} <span className="sr-only">{t('quote/neutral')}</span>
        </span>
        <span>
          {t('quote/activeSell')} {formatNumber(sell)} <b className={styles.sell}>{share(sell)}</b>
        </span>
      </div>
    </div>
  )
}
