import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'
import type { PriceUnit } from '@/shared/format/board-number'
import { DERIVATIVES } from '@/shared/market-store/contract-prices'
import { useSymbol } from '@/shared/market-store/market-context'
import { IconButton } from '@/shared/ui/IconButton'
import { ActiveSection } from './ActiveSection'
import { AuctionNote } from './AuctionNote'
import { DayChart } from './DayChart'
import { DepthSection } from './DepthSection'
import { ForeignSummary } from './ForeignSummary'
import { LimitRuler } from './LimitRuler'
import { PriceHead } from './PriceHead'
import { PrintTape } from './PrintTape'
import { SymbolAlerts } from './SymbolAlerts'
import styles from './drawer.module.css'

export interface SymbolPanelProps {
  symbol: string
  /** What the symbol belongs to: VN30, its sector. */
  tags: readonly string[]
  /** Buttons of the head, before the one that closes. */
  actions?: ReactNode
  onClose: () => void
}

/** Should I act on this symbol: everything that is known of it, from the price down to its prints. */
export function SymbolPanel({ symbol, tags, actions, onClose }: SymbolPanelProps) {
  const { t } = useTranslation()
  const state = useSymbol(symbol)
  const isFuture = state?.price.exchange === DERIVATIVES
  const unit: PriceUnit = isFuture ? 'points' : 'vnd'
  const exchange = state?.price.exchange
  return (
    <>
      <header className={styles.head}>
        <div>
          <h2>{state?.contract?.alias ?? symbol}</h2>
          <p>{[exchange && exchange in EXCHANGE_KEY ? t(EXCHANGE_KEY[exchange as keyof typeof EXCHANGE_KEY]) : '', ...tags, state?.contract?.alias ? symbol : ''].filter(Boolean).join(' · ')}</p>
        </div>
        <div className={styles.actions}>
          {actions}
          <IconButton icon="close" label={t('drawer/close')} onClick={onClose} />
        </div>
      </header>
      {state ? (
        <div className={styles.body} tabIndex={0} role="group" aria-label={t('drawer/of', { symbol: state.contract?.alias ?? symbol })}>
          <PriceHead price={state.price} unit={unit} />
          <LimitRuler price={state.price} unit={unit} />
          <AuctionNote price={state.price} unit={unit} />
          <DepthSection price={state.price} unit={unit} />
          <DayChart state={state} unit={unit} />
          <ActiveSection symbol={symbol} />
          <ForeignSummary foreign={state.foreign} isFuture={isFuture} />
          <SymbolAlerts symbol={symbol} />
          <PrintTape symbol={symbol} price={state.price} unit={unit} />
        </div>
      ) : (
        <p className={styles.unknown}>{t('drawer/unknown', { symbol })}</p>
      )}
    </>
  )
}

const EXCHANGE_KEY = { HOSE: 'exchange/HOSE', HNX: 'exchange/HNX', UPCOM: 'exchange/UPCOM', DERIVATIVES: 'exchange/DERIVATIVES' } as const
