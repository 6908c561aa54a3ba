import { useTranslation } from 'react-i18next'
import { formatNumber, formatPercent, priceDecimals, shownPrice } from '@/shared/format/board-number'
import { directionOf, priceBand } from '@/shared/format/price-band'
import { useDerivatives } from '@/shared/market-store/market-context'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { codeOf, useInstrument, useVn30Symbols } from './use-instrument'
import styles from './chart.module.css'

const INDICES = ['VNINDEX', 'VN30', 'HNX', 'UPCOM'] as const

interface SymbolListProps {
  chosen: string
  onChoose: (symbol: string) => void
}

export function SymbolList(props: SymbolListProps) {
  const { t } = useTranslation()
  return (
    <nav className={styles.list} aria-label={t('chart/symbols')}>
      <SymbolGroups {...props} />
    </nav>
  )
}

/** What is a click away: contracts, indices, own lists, the stocks of VN30. Everything else is found by the search. */
export function SymbolGroups({ chosen, onChoose }: SymbolListProps) {
  const { t } = useTranslation()
  const derivatives = useDerivatives()
  const stocks = useVn30Symbols()
  const { lists } = useWatchlists()
  const groups = [
    { id: 'futures', name: t('chart/futures'), symbols: (derivatives?.contracts ?? []).map((contract) => contract.symbol) },
    { id: 'indices', name: t('chart/indices'), symbols: INDICES },
    ...lists.map(({ id, name, symbols }) => ({ id, name: `★ ${name}`, symbols: [...new Set(symbols.map((symbol) => codeOf(symbol, derivatives)))] })),
    { id: 'stocks', name: t('chart/stocks'), symbols: stocks },
  ]
  return (
    <>
      {groups.map(({ id, name, symbols }) =>
        symbols.length ? (
          <div key={id}>
            <h2>{name}</h2>
            {symbols.map((symbol) => (
              <SymbolLine key={symbol} symbol={symbol} isChosen={symbol === chosen} onChoose={onChoose} />
            ))}
          </div>
        ) : null,
      )}
    </>
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
