import { useTranslation } from 'react-i18next'
import { formatNumber, formatPercent, priceDecimals, shownPrice } from '@/shared/format/board-number'
import { directionOf, priceBand } from '@/shared/format/price-band'
import { useDerivatives } from '@/shared/market-store/market-context'
import { useInstrument, useVn30Symbols } from './use-instrument'
import styles from './chart.module.css'

const INDICES = ['VNINDEX', 'VN30', 'HNX', 'UPCOM'] as const

interface SymbolListProps {
  chosen: string
  onChoose: (symbol: string) => void
}

/** What is a click away: the contracts, the indices, the stocks of VN30. Everything else is found by the search. */
export function SymbolList({ chosen, onChoose }: SymbolListProps) {
  const { t } = useTranslation()
  const contracts = (useDerivatives()?.contracts ?? []).map((contract) => contract.symbol)
  const stocks = useVn30Symbols()
  const groups = [
    { name: t('chart/futures'), symbols: contracts },
    { name: t('chart/indices'), symbols: INDICES },
    { name: t('chart/stocks'), symbols: stocks },
  ]
  return (
    <nav className={styles.list} aria-label={t('chart/symbols')}>
      {groups.map(({ name, symbols }) =>
        symbols.length ? (
          <div key={name}>
            <h2>{name}</h2>
            {symbols.map((symbol) => (
              <SymbolLine key={symbol} symbol={symbol} isChosen={symbol === chosen} onChoose={onChoose} />
            ))}
          </div>
        ) : null,
      )}
    </nav>
  )
}

function SymbolLine({ symbol, isChosen, onChoose }: { symbol: string; isChosen: boolean; onChoose: (symbol: string) => void }) {
  const { alias, last, change, changePct, price, unit, kind } = useInstrument(symbol)
  const band = last ? (price && priceBand(last, price)) || directionOf(change ?? 0) : ''
  const decimals = kind === 'index' ? 2 : priceDecimals(unit)
  return (
    <button type="button" className={`${styles.line} ${band}`} aria-current={isChosen || undefined} onClick={() => onChoose(symbol)}>
      <b>{alias ?? symbol}</b>
      <span>{last ? formatNumber(shownPrice(last, unit), decimals) : ''}</span>
      <span>{changePct == null || !last ? '' : formatPercent(changePct)}</span>
    </button>
  )
}
