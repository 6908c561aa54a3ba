import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { DerivativesData } from '@/shared/api/models'
import { formatNumber } from '@/shared/format/board-number'
import { useMarket, useSymbol } from '@/shared/market-store/market-context'
import { AggressorSplit } from '@/shared/quote/AggressorSplit'
import { DepthLadder } from '@/shared/quote/DepthLadder'
import styles from './derivatives.module.css'

/** The order book of the followed contract and who crossed it today. */
export function BookPane({ future }: { future: DerivativesData }) {
  const { t } = useTranslation()
  const { store } = useMarket()
  const price = useSymbol(future.symbol)?.price
  const stats = useSyncExternalStore(store.subscribeFlush, () => store.getStats()[future.symbol])
  const spread = future.ask_price && future.bid_price ? future.ask_price - future.bid_price : null
  return (
    <section className={styles.pane} aria-labelledby="futures-book">
      <div className={styles.paneHead}>
        <h2 id="futures-book">{t('derivatives/book', { name: future.alias ?? future.symbol })}</h2>
        {spread === null ? null : <span className={styles.note}>{t('derivatives/spread', { value: formatNumber(spread, 1) })}</span>}
      </div>
      <div className={styles.book}>
        {price ? <DepthLadder price={price} unit="points" /> : null}
        <h3>{t('quote/aggressor')}</h3>
        <AggressorSplit stats={stats} />
      </div>
    </section>
  )
}
