import { useTranslation } from 'react-i18next'
import { DERIVATIVES } from '@/shared/market-store/contract-prices'
import { useSymbol } from '@/shared/market-store/market-context'
import { ActiveSection } from './ActiveSection'
import { AuctionNote } from './AuctionNote'
import { DepthSection } from './DepthSection'
import { ForeignSummary } from './ForeignSummary'
import { LimitRuler } from './LimitRuler'
import { PrintTape } from './PrintTape'
import { SymbolAlerts } from './SymbolAlerts'
import styles from './drawer.module.css'

/** The panel of a symbol beside its chart: what the chart and its head do not say already. */
export function SymbolAside({ symbol }: { symbol: string }) {
  const { t } = useTranslation()
  const state = useSymbol(symbol)
  const name = t('drawer/of', { symbol: state?.contract?.alias ?? symbol })
  if (!state) return <p className={styles.unknown}>{t('drawer/unknown', { symbol })}</p>
  const { price } = state
  const isFuture = price.exchange === DERIVATIVES
  const unit = isFuture ? 'points' : 'vnd'
  return (
    <aside className={`${styles.body} ${styles.besideChart}`} aria-label={name} tabIndex={0}>
      <h2 className="sr-only">{name}</h2>
      <LimitRuler price={price} unit={unit} />
      <AuctionNote price={price} unit={unit} />
      <DepthSection price={price} unit={unit} />
      <ActiveSection symbol={symbol} />
      <ForeignSummary foreign={state.foreign} isFuture={isFuture} />
      <SymbolAlerts symbol={symbol} />
      <PrintTape symbol={symbol} price={price} unit={unit} />
    </aside>
  )
}
