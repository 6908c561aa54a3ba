import { useTranslation } from 'react-i18next'
import type { Level, PriceData } from '@/shared/api/models'
import { formatPrice, formatVolume, type PriceUnit } from '@/shared/format/board-number'
import { priceBand } from '@/shared/format/price-band'
import { bookOf } from './book'
import styles from './quote.module.css'

const LEVELS = [0, 1, 2]

/** The three best levels mirrored, their bars on one scale. An auction's orders at any price have a volume and no price. */
export function DepthLadder({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const { largest } = bookOf(price)
  return (
    <table className={styles.ladder}>
      <thead>
        <tr>
          <th scope="col">{t('quote/bidVolume')}</th>
          <th scope="col">{t('quote/bid')}</th>
          <th scope="col">{t('quote/ask')}</th>
          <th scope="col">{t('quote/askVolume')}</th>
        </tr>
      </thead>
      <tbody>
        {LEVELS.map((i) => {
          const bid = price.bids?.[i]
          const ask = price.asks?.[i]
          return (
            <tr key={i}>
              <td>{formatVolume(bid?.[1])}</td>
              <PriceCell level={bid} side="bid" largest={largest} price={price} unit={unit} />
              <PriceCell level={ask} side="ask" largest={largest} price={price} unit={unit} />
              <td>{formatVolume(ask?.[1])}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

interface PriceCellProps {
  level: Level | undefined
  side: 'bid' | 'ask'
  largest: number
  price: PriceData
  unit: PriceUnit
}

/** The bar of a side's largest level reaches under its volume, too: two cells wide. */
function PriceCell({ level, side, largest, price, unit }: PriceCellProps) {
  return (
    <td className={priceBand(level?.[0], price)} data-side={side}>
      {level?.[1] ? <i style={{ width: `calc(${(level[1] / largest) * 100}% * 2 - 4px)` }} /> : null}
      <b>{formatPrice(level?.[0], unit)}</b>
    </td>
  )
}
