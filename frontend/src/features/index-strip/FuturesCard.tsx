import { useTranslation } from 'react-i18next'
import { formatNumber, formatPercent, formatSigned } from '@/shared/format/board-number'
import { directionMark, directionOf } from '@/shared/format/price-band'
import { useDerivatives } from '@/shared/market-store/market-context'
import { formatDayMonth } from '@/shared/time/market-time'
import { SESSION_PLACES } from '@/shared/time/trading-day'
import { Sparkline } from '@/shared/ui/Sparkline'
import { EmptyCard } from './EmptyCard'
import styles from './index-strip.module.css'
import { useFuturesLine } from './use-futures-line'

/** The active VN30 future, with what the other cards have no room for: its basis and its expiry. */
export function FuturesCard() {
  const { t } = useTranslation()
  const future = useDerivatives()
  const points = useFuturesLine(future)
  const name = future?.alias ?? future?.symbol ?? 'VN30F1M'
  if (!future?.last_price) return <EmptyCard name={name} />
  const change = future.change ?? 0
  const basis = future.basis
  const basisColour = future.stale ? styles.staleBasis : basis == null ? '' : basis > 0 ? styles.premium : basis < 0 ? styles.discount : 'ref'
  return (
    <article className={styles.card} aria-label={name}>
      <span className={styles.name}>
        <b>{name}</b>
        {future.volume ? (
          <span className={styles.turnover}>
            {formatNumber(future.volume)} {t('indices/contracts')}
          </span>
        ) : null}
      </span>
      <span className={`${styles.value} ${directionOf(change)}`}>
        <b>{formatNumber(future.last_price, 1)}</b>
        <span className={styles.change}>
          {directionMark(change)} {formatNumber(Math.abs(change), 1)}
        </span>
        {future.change_pct == null ? null : <span>{formatPercent(future.change_pct)}</span>}
      </span>
      <Sparkline className={styles.spark} points={points} places={SESSION_PLACES} reference={future.change == null ? null : future.last_price - change} />
      <span className={styles.foot}>
        {basis == null ? null : (
          <span>
            {t('indices/basis')} <b className={basisColour}>{formatSigned(basis, 2)}</b>{' '}
            {future.stale ? t('indices/stale') : future.basis_pct == null ? null : `(${formatPercent(future.basis_pct)})`}
          </span>
        )}
        {future.expiry_date ? <span className={styles.expiry}>{t('indices/expiry', { date: formatDayMonth(future.expiry_date) })}</span> : null}
      </span>
    </article>
  )
}
