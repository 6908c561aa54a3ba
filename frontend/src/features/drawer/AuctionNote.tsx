import { useTranslation } from 'react-i18next'
import type { PriceData } from '@/shared/api/models'
import { formatPercent, formatPrice, formatSigned, type PriceUnit } from '@/shared/format/board-number'
import { priceBand } from '@/shared/format/price-band'
import { auctionOf } from '@/shared/quote/book'
import { DrawerSection } from './DrawerSection'
import styles from './drawer.module.css'

/** In a call auction nothing trades yet: what would be the price, and which side is short. */
export function AuctionNote({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const auction = auctionOf(price)
  if (!auction) return null
  const { price: indicative, imbalance } = auction
  const change = indicative && price.ref_price ? ((indicative - price.ref_price) / price.ref_price) * 100 : null
  return (
    <DrawerSection title={t('drawer/auction', { phase: t(`phase/${price.phase ?? 'unknown'}`) })} note={t('drawer/threeLevels')}>
      <dl className={styles.pairs}>
        <dt>{t('drawer/indicative')}</dt>
        <dd className={priceBand(indicative, price)}>
          {indicative ? <b>{formatPrice(indicative, unit)}</b> : <span className={styles.dim}>{t('drawer/noIndicative')}</span>} {change === null ? '' : formatPercent(change)}
        </dd>
        <dt>{t('drawer/imbalance')}</dt>
        <dd className={imbalance > 0 ? styles.buy : imbalance < 0 ? styles.sell : ''}>
          <b>{formatSigned(imbalance, 0)}</b> {imbalance ? t(imbalance > 0 ? 'drawer/moreBids' : 'drawer/moreAsks') : ''}
        </dd>
      </dl>
    </DrawerSection>
  )
}
