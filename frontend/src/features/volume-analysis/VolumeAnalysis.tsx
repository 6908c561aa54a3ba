import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useSectors } from '@/shared/api/use-sectors'
import { useVn30 } from '@/shared/api/use-vn30'
import { saveText } from '@/shared/format/csv'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import { useSlowStates, useSlowStats } from '@/shared/market-store/use-slow-states'
import { DataTable } from '@/shared/table/DataTable'
import { sortRows, type TableSort } from '@/shared/table/table-columns'
import { useTableSort } from '@/shared/table/use-table-sort'
import { DataVacancy } from '@/shared/ui/DataVacancy'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { useLink } from '@/shared/ws/use-web-socket'
import { agreementOf, volumeRows, volumeTotals, type VolumeRow } from './active-volume'
import { recentSides } from './minute-series'
import { MinuteVolumes } from './MinuteVolumes'
import { PhaseBars } from './PhaseBars'
import { useActiveMinutes, useShareLines } from './use-active-minutes'
import { useAudit } from './use-audit'
import { useVolumeView } from './use-volume-view'
import { volumeCsv } from './volume-csv'
import { volumeColumns } from './volume-columns'
import { ALL_STOCKS, volumeLists } from './volume-lists'
import { VolumeCards } from './VolumeCards'
import { VolumeTools } from './VolumeTools'
import styles from './volume-analysis.module.css'

const BY_NET: TableSort = { column: 'net', direction: 'desc' }
const keyOf = (row: VolumeRow): string => row.symbol
const RECENT_MINUTES = 5
const LEAD_EXCHANGE = 'HOSE'

/** Who is the aggressor: of the market, of each symbol, and when. */
export function VolumeAnalysis() {
  const { t } = useTranslation()
  const { socket, store } = useMarket()
  const { link } = useLink(socket)
  const session = useSession()
  const states = useSlowStates()
  const stats = useSlowStats()
  const vn30 = useVn30()
  const sectors = useSectors()
  const { lists: watchlists } = useWatchlists()
  const view = useVolumeView()
  const audit = useAudit(link === 'open' || link === 'polling')
  const { sort, sortBy } = useTableSort(BY_NET)

  const lists = useMemo(() => volumeLists(states, vn30, sectors, watchlists), [states, vn30, sectors, watchlists])
  const list = lists.find(({ id }) => id === view.list) ?? lists[0]
  // The states change each second, the names hardly ever: they are what the requests hang on.
  const names = list?.states.map((state) => state.symbol).join() ?? ''
  const symbols = useMemo(() => (names ? names.split(',') : []), [names])
  const isOn = link === 'open' || link === 'polling'
  const minutes = useActiveMinutes(symbols, list?.id === ALL_STOCKS, isOn)
  const lines = useShareLines(symbols, isOn)
  const totals = useMemo(() => volumeTotals(symbols, stats, view.part), [symbols, stats, view.part])
  const rows = useMemo(() => volumeRows(list?.states ?? [], stats, audit, view.part), [list, stats, audit, view.part])
  const columns = useMemo(() => volumeColumns(t, lines), [t, lines])
  const sorted = useMemo(() => sortRows(rows, keyOf, columns, sort), [rows, columns, sort])
  const exchange = list?.kind === 'exchange' ? list.id : LEAD_EXCHANGE
  const recent = recentSides(minutes.series, RECENT_MINUTES)
  const { exchangeMs } = store.getDataTime()

  const save = (): void => saveText(`active-volume-${session?.trading_date ?? 'unknown'}.csv`, volumeCsv(sorted, stats))

  return (
    <div className={styles.page}>
      <h1 className="sr-only">{t('volume/title')}</h1>
      {list ? (
        <>
          <VolumeTools lists={lists} list={list} view={view} onSave={save} />
          <VolumeCards totals={totals} recent={recent} agreement={agreementOf(symbols, audit)} />
          <div className={styles.panes}>
            <PhaseBars byPhase={totals.byPhase} exchange={exchange} clockMs={exchangeMs || null} isOver={session?.is_final === true} />
            <MinuteVolumes minutes={minutes} view={view} />
            <div className={styles.table}>
              <DataTable caption={t('volume/pressure')} columns={columns} rows={sorted} keyOf={keyOf} sort={sort} onSort={sortBy} />
            </div>
          </div>
        </>
      ) : (
        <DataVacancy error={null} empty={t('volume/empty')} />
      )}
    </div>
  )
}
