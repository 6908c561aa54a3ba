import { useTranslation } from 'react-i18next'
import type { Level, PriceData } from '@/shared/api/models'
import { formatNumber, formatPrice, type PriceUnit } from '@/shared/format/board-number'
import { priceBand } from '@/shared/format/price-band'
import styles from './quote.module.css'

const LEVELS = 3

/** The three best levels of both sides, their quantities on one scale. */
export function DepthLadder({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const bids = price.bids ?? []
  const asks = price.asks ?? []
  const largest = Math.max(1, ...[...bids, ...asks].map(([, volume]) => volume))
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
        {Array.from({ length: LEVELS }, (_, i) => (
          <tr key={i}>
            <td>{volumeOf(bids[i])}</td>
            <PriceCell level={bids[i]} side="bid" largest={largest} price={price} unit={unit} />
            <PriceCell level={asks[i]} side="ask" largest={largest} price={price} unit={unit} />
            <td>{volumeOf(asks[i])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** An auction's orders at any price have a volume and no price. */
const volumeOf = (level: Level | undefined): string => (level?.[1] ? formatNumber(level[1]) : '')

interface PriceCellProps {
  level: Level | undefined
  side: 'bid' | 'ask'
  largest: number
  price: PriceData
  unit: PriceUnit
}

function PriceCell({ level, side, largest, price, unit }: PriceCellProps) {
  return (
    <td className={priceBand(level?.[0], price)} data-side={side}>
      {level ? <i style={{ width: `${(level[1] / largest) * 100}%` }} /> : null}
      <b>{formatPrice(level?.[0], unit)}</b>
    </td>
  )
}
