import { useTranslation } from 'react-i18next'
import type { Level, PriceData } from '@/shared/api/models'
import { formatPrice, formatVolume, type PriceUnit } from '@/shared/format/board-number'
import { priceBand } from '@/shared/format/price-band'
import { bookOf } from './book'
import { DrawerSection } from './DrawerSection'
import styles from './drawer.module.css'

const LEVELS = [0, 1, 2]

/** Both sides mirrored, their bars on one common scale. A contract without volumes in its book has no bars. */
export function DepthLadder({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const { bidVolume, askVolume, largest } = bookOf(price)
  const share = (level: Level | undefined): string => `${level ? (level[1] / largest) * 100 : 0}%`
  const bandOf = (level: Level | undefined): string => `${styles.level} ${priceBand(level?.[0], price)}`
  return (
    <DrawerSection title={t('drawer/depth')} note={t('drawer/rest', { bids: formatVolume(bidVolume) || '0', asks: formatVolume(askVolume) || '0' })}>
      <table className={styles.ladder}>
        <thead>
          <tr>
            <th scope="col">{t('drawer/bidVolume')}</th>
            <th scope="col">{t('drawer/bidPrice')}</th>
            <th scope="col">{t('drawer/askPrice')}</th>
            <th scope="col">{t('drawer/askVolume')}</th>
          </tr>
        </thead>
        <tbody>
          {LEVELS.map((i) => {
            const bid = price.bids?.[i]
            const ask = price.asks?.[i]
            return (
              <tr key={i}>
                <td>{formatVolume(bid?.[1])}</td>
                <td className={bandOf(bid)}>
                  <i className={styles.bidBar} style={{ width: `calc(${share(bid)} * 2 - 4px)` }} />
                  <span>{formatPrice(bid?.[0], unit)}</span>
                </td>
                <td className={bandOf(ask)}>
                  <i className={styles.askBar} style={{ width: `calc(${share(ask)} * 2 - 4px)` }} />
                  <span>{formatPrice(ask?.[0], unit)}</span>
                </td>
                <td>{formatVolume(ask?.[1])}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </DrawerSection>
  )
}
