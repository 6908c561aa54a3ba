import { useTranslation } from 'react-i18next'
import { formatBillions, formatChange, formatPercent, formatPrice, formatVolume, type PriceUnit } from '@/shared/format/board-number'
import { directionMark, priceBand } from '@/shared/format/price-band'
import type { PriceData } from '@/shared/api/models'
import styles from './drawer.module.css'

const LIMIT_WORD = { ceil: 'drawer/atCeiling', floor: 'drawer/atFloor' } as const

export function PriceHead({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const band = priceBand(price.last_price, price)
  const change = price.change ?? 0
  return (
    <div className={styles.price}>
      {price.last_price ? (
        <>
          <b className={`${styles.last} ${band}`}>{formatPrice(price.last_price, unit)}</b>
          <span className={`${styles.move} ${band}`}>
            {directionMark(change)} {formatChange(change, unit)} {price.change_pct == null ? '' : formatPercent(price.change_pct)}
            {band === 'ceil' || band === 'floor' ? <small className={styles.tag}>{t(LIMIT_WORD[band])}</small> : null}
          </span>
        </>
      ) : (
        <b className={styles.noPrice}>{t('drawer/noPrice')}</b>
      )}
      <span className={styles.turnover}>
        <span>
          {t(unit === 'vnd' ? 'drawer/volume' : 'drawer/contracts')} {formatVolume(price.total_volume) || '0'}
        </span>
        {price.total_value ? (
          <span>
            {t('drawer/value')} {formatBillions(price.total_value)} {t('indices/billion')}
          </span>
        ) : null}
      </span>
    </div>
  )
}
