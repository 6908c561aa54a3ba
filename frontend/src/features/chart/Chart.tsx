import { useTranslation } from 'react-i18next'
import { useSession } from '@/shared/market-store/market-context'
import { Notice } from '@/shared/ui/Notice'
import { ChartHead } from './ChartHead'
import { ChartPane } from './ChartPane'
import { SymbolList } from './SymbolList'
import { useChartUrl, type ChartUrl } from './use-chart-url'
import { useChosenSymbol, useInstrument } from './use-instrument'
import styles from './chart.module.css'

export function Chart() {
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
      <ChartOf symbol={symbol} url={url} />
    </div>
  )
}

function ChartOf({ symbol, url }: { symbol: string; url: ChartUrl }) {
  const instrument = useInstrument(symbol)
  return (
    <div className={styles.main}>
      <ChartHead instrument={instrument} url={url} />
      <ChartPane key={symbol} instrument={instrument} url={url} />
    </div>
  )
}
