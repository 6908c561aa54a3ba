import { useTranslation } from 'react-i18next'
import type { DerivativesData } from '@/shared/api/models'
import { useDerivatives, useMarket } from '@/shared/market-store/market-context'
import { Notice } from '@/shared/ui/Notice'
import { useWebSocket } from '@/shared/ws/use-web-socket'
import { BasisCards } from './BasisCards'
import { BasisCharts } from './BasisCharts'
import { BookPane } from './BookPane'
import { ContractsTable } from './ContractsTable'
import { ConvergencePane } from './ConvergencePane'
import { useBasisDay, useBasisDays, useBasisSpread } from './use-basis'
import { useBasisRange } from './use-basis-range'
import styles from './derivatives.module.css'

export function Derivatives() {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { data } = useWebSocket(socket)
  const future = useDerivatives()
  return (
    <div className={styles.page}>
      <h1 className="sr-only">{t('derivatives/title')}</h1>
      {future ? <DerivativesOf key={future.symbol} future={future} /> : (
        <Notice title={t(data ? 'derivatives/empty' : 'derivatives/loading')} icon="clock">
          {data ? t('derivatives/emptyNote') : null}
        </Notice>
      )}
    </div>
  )
}

function DerivativesOf({ future }: { future: DerivativesData }) {
  const [range, setRange] = useBasisRange()
  const { samples } = useBasisDay(future.symbol)
  const days = useBasisDays(future.symbol)
  const spread = useBasisSpread(future.symbol)
  return (
    <>
      <BasisCards future={future} samples={samples} />
      <div className={styles.panes}>
        <BasisCharts future={future} day={samples} days={days} spread={spread} range={range} onRange={setRange} />
        <ConvergencePane day={samples} spread={spread} />
        <BookPane future={future} />
        <ContractsTable contracts={future.contracts ?? []} active={future.symbol} />
      </div>
    </>
  )
}
