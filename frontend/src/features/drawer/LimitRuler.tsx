import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import type { PriceData } from '@/shared/api/models'
import { formatPrice, type PriceUnit } from '@/shared/format/board-number'
import { priceBand } from '@/shared/format/price-band'
import { placeInLimits } from './limit-place'
import styles from './drawer.module.css'

const at = (percent: number): CSSProperties => ({ left: `${percent}%` })
/** The label of the reference stays clear of those of the limits. */
const LABEL_MIN = 32
const LABEL_MAX = 66

/** Where the price stands between floor and ceiling, and how far the day has been. */
export function LimitRuler({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const last = placeInLimits(price.last_price, price)
  const reference = placeInLimits(price.ref_price, price)
  const low = placeInLimits(price.low, price)
  const high = placeInLimits(price.high, price)
  if (reference === null) return null
  return (
    <div className={styles.ruler}>
      <span className={styles.rulerLine} />
      {low !== null && high !== null ? <span className={styles.rulerRange} style={{ left: `${low}%`, width: `${high - low}%` }} /> : null}
      <span className={styles.rulerReference} style={at(reference)} />
      {last !== null ? <span className={`${styles.rulerPoint} ${priceBand(price.last_price, price)}`} style={at(Math.min(98.5, Math.max(1.5, last)))} /> : null}
      <span className={`${styles.rulerLow} floor`}>
        {t('drawer/floor')} {formatPrice(price.floor, unit)}
      </span>
      <span className={`${styles.rulerLabel} ref`} style={at(Math.min(LABEL_MAX, Math.max(LABEL_MIN, reference)))}>
        {t('drawer/reference')} {formatPrice(price.ref_price, unit)}
      </span>
      <span className={`${styles.rulerHigh} ceil`}>
        {t('drawer/ceiling')} {formatPrice(price.ceiling, unit)}
      </span>
    </div>
  )
}
