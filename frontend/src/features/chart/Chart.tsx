import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/shared/market-store/market-context'
import { Notice } from '@/shared/ui/Notice'
import { ChartHead } from './ChartHead'
import { ChartPane } from './ChartPane'
import { IndexFacts } from './IndexFacts'
import { SymbolList } from './SymbolList'
import { useChartUrl, type ChartUrl } from './use-chart-url'
import { useChosenSymbol, useInstrument } from './use-instrument'
import styles from './chart.module.css'

export interface ChartProps {
  /** What is known of a stock or a contract besides its bars: its book, its prints. */
  renderPanel?: (symbol: string) => ReactNode
  /** Buttons beside the name. */
  renderActions?: (symbol: string) => ReactNode
}

export function Chart(parts: ChartProps) {
  const { t } = useTranslation()
  const url = useChartUrl()
  const symbol = useChosenSymbol(url.symbol)
  const session = useSession()
  if (symbol === null) {
    return (
      <>
        <h1 className="sr-only">{t('chart/title')}</h1>
        <Notice title={t(session ? 'chart/noSymbol' : 'chart/loading')} icon="clock">{session ? t('chart/emptyNote') : null}</Notice>
      </>
    )
  }
  return (
    <div className={styles.page}>
      <SymbolList chosen={symbol} onChoose={url.setSymbol} />
      <ChartOf symbol={symbol} url={url} {...parts} />
    </div>
  )
}

function ChartOf({ symbol, url, renderPanel, renderActions }: ChartProps & { symbol: string; url: ChartUrl }) {
  const instrument = useInstrument(symbol)
  const panel = instrument.kind === 'index' ? <IndexFacts index={symbol} /> : renderPanel?.(symbol)
  return (
    <>
      <div className={styles.main}>
        <ChartHead instrument={instrument} url={url} actions={instrument.kind === 'index' ? null : renderActions?.(symbol)} />
        <ChartPane key={symbol} instrument={instrument} url={url} />
      </div>
      {panel ? <div className={styles.side}>{panel}</div> : null}
    </>
  )
}
