import { useTranslation } from 'react-i18next'
import type { PriceData } from '@/shared/api/models'
import { formatNumber, formatPrice, type PriceUnit } from '@/shared/format/board-number'
import { priceBand } from '@/shared/format/price-band'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import { DrawerSection } from './DrawerSection'
import type { TradeType } from './prints'
import { usePrints } from './use-prints'
import styles from './drawer.module.css'

const SIDE_KEY = { mua_chu_dong: 'buy', ban_chu_dong: 'sell', neutral: 'neutral' } as const satisfies Record<TradeType, string>
const SIDE_CLASS = { mua_chu_dong: styles.buy, ban_chu_dong: styles.sell, neutral: styles.dim } as const

export function PrintTape({ symbol, price, unit }: { symbol: string; price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const { prints, isLoading, isCut } = usePrints(symbol)
  return (
    <DrawerSection title={t('drawer/prints')} note={t('drawer/printsNote')}>
      {prints.length ? (
        <table className={styles.tape}>
          <thead className="sr-only">
            <tr>
              <th scope="col">{t('drawer/time')}</th>
              <th scope="col">{t('drawer/priceColumn')}</th>
              <th scope="col">{t('drawer/printVolume')}</th>
              <th scope="col">{t('drawer/side')}</th>
            </tr>
          </thead>
          <tbody>
            {prints.map((print) => (
              <tr key={print.key}>
                <td>{formatClock(parseMoment(print.timestamp) ?? 0)}</td>
                <td className={priceBand(print.price, price)}>{formatPrice(print.price, unit)}</td>
                <td>{formatNumber(print.volume)}</td>
                <td className={SIDE_CLASS[print.type]}>
                  <span aria-hidden="true">{t(`drawer/side.${SIDE_KEY[print.type]}`)}</span>
                  <span className="sr-only">{t(`drawer/sideWord.${SIDE_KEY[print.type]}`)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {isLoading ? <p className={styles.none}>{t('drawer/loading')}</p> : null}
      {!isLoading && !prints.length && !isCut ? <p className={styles.none}>{t('drawer/noPrints')}</p> : null}
      {isCut ? <p className={styles.none}>{t('drawer/printsCut')}</p> : null}
    </DrawerSection>
  )
}
