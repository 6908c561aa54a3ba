import { useCallback, useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useSectors } from '@/shared/api/use-sectors'
import { useVn30 } from '@/shared/api/use-vn30'
import { saveText } from '@/shared/format/csv'
import { useSession } from '@/shared/market-store/market-context'
import { useSlowStates } from '@/shared/market-store/use-slow-states'
import { usePreferences } from '@/shared/preferences/preferences'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { BoardGrid } from './BoardGrid'
import { boardLists, FUTURES_LIST, SHARED_LIST, watchListId } from './board-lists'
import { boardCsv, boardFileName } from './board-csv'
import { countBands, filterByBands, sortStates } from './board-order'
import { BoardTools } from './BoardTools'
import { BoardVacancy } from './BoardVacancy'
import { auctionColumns, type Column } from './columns'
import { listLabel } from './list-label'
import { isIndicative } from './matched'
import { useBoardColumns } from './use-board-columns'
import { useBoardUrl } from './use-board-url'
import { useForeignPoll } from './use-foreign-poll'
import { usePhoneColumns } from './use-phone-columns'
import { useVolumeSpikes } from './use-volume-spikes'
import styles from './board.module.css'

const PHONE_ROW_PX = 44
/** The whole of VN30 fits a 900 px screen at 24 px; longer lists scroll anyway and get more air. */
const DENSE_ROWS_MAX = 32

interface PriceBoardProps {
  /** Stands beside the grid: the details of the marked symbol. */
  panel?: ReactNode
  /** The dialog of the user's own lists. */
  renderWatchlists?: (dialog: { onShow: (id: string) => void; onClose: () => void }) => ReactNode
}

export function PriceBoard({ panel = null, renderWatchlists }: PriceBoardProps) {
  const { t } = useTranslation()
  const url = useBoardUrl()
  const vn30 = useVn30()
  const sectors = useSectors().listed
  const watchlists = useWatchlists((store) => store.lists)
  const states = useSlowStates()
  const session = useSession()
  const spiked = useVolumeSpikes()
  const chosenDensity = usePreferences((preferences) => preferences.density)
  const isPhone = useMediaQuery('(max-width: 720px)')
  const [isManaging, setIsManaging] = useState(false)
  const isForeignOld = useForeignPoll()

  const { shared } = url
  const lists = useMemo(() => boardLists(states, vn30, { sectors, watchlists, shared }), [states, vn30, sectors, watchlists, shared])
  const wanted = url.list ?? (shared ? SHARED_LIST : null)
  const list = lists.find(({ id }) => id === wanted) ?? lists[0]
  const listed = useMemo(() => {
    const names = new Set(list?.symbols)
    return states.filter((state) => names.has(state.symbol))
  }, [states, list])
  const columnSet = useBoardColumns(list?.id === FUTURES_LIST, url)
  const isAuction = listed.length > 0 && listed.every(({ price }) => isIndicative(price))
  const chosen = isPhone ? columnSet.all : columnSet.shown
  const headed = useMemo(() => (isAuction ? auctionColumns(chosen, isPhone) : chosen), [isAuction, chosen, isPhone])
  const { columns, togglePercent } = usePhoneColumns(headed)
  const { bands, onlySpikes, sort } = url
  const rows = useMemo(() => {
    const kept = onlySpikes ? listed.filter(({ symbol }) => spiked.has(symbol)) : listed
    return sortStates(filterByBands(kept, bands), sort, columns)
  }, [listed, spiked, onlySpikes, bands, sort, columns])
  const symbols = useMemo(() => rows.map(({ symbol }) => symbol), [rows])
  const counts = useMemo(() => countBands(listed), [listed])
  const spikes = useMemo(() => listed.filter(({ symbol }) => spiked.has(symbol)).length, [listed, spiked])

  const { sortBy, select, symbol: marked } = url
  const onSort = useCallback(
    (column: Column) => {
      if (isPhone && (column.id === 'percent' || column.id === 'change')) togglePercent()
      else sortBy(column.id)
    },
    [isPhone, togglePercent, sortBy],
  )
  const onSelect = useCallback((symbol: string | null) => select(symbol === marked ? null : symbol), [select, marked])
  const onManage = useCallback(() => setIsManaging(true), [])
  const density = chosenDensity ?? (listed.length <= DENSE_ROWS_MAX ? 24 : 28)
  const rowHeight = isPhone ? PHONE_ROW_PX : density
  const onSave = (): void => saveText(boardFileName(list?.name ?? list?.id ?? '', session?.trading_date), boardCsv(columnSet.shown, rows))
  const listName = list ? listLabel(list, t) : ''
  const watchlistsDialog = {
    onShow: (id: string) => {
      url.setList(watchListId(id))
      setIsManaging(false)
    },
    onClose: () => setIsManaging(false),
  }
  return (
    <div className={styles.page}>
      <h1 className="sr-only">{t('board/title')}</h1>
      <BoardTools lists={lists} list={list} counts={counts} spikes={spikes} url={url} density={density} columns={columnSet} onManage={onManage} onSave={onSave} />
      {list?.untracked?.length ? <p className={styles.untracked}>{t('watchlist/untracked', { symbols: list.untracked.join(', ') })}</p> : null}
      {isForeignOld ? <p role="status" className={styles.untracked}>{t('board/foreignOld')}</p> : null}
      <div className={styles.frame}>
        <div className={styles.gridFrame} data-foreign-old={isForeignOld || undefined}>
          {symbols.length ? (
            <BoardGrid
              label={t('board/grid', { list: listName })}
              symbols={symbols}
              columns={columns}
              rowHeight={rowHeight}
              sort={url.sort}
              selected={url.symbol}
              onSort={onSort}
              onSelect={onSelect}
            />
          ) : (
            <BoardVacancy list={list} hasRows={listed.length > 0} onClear={url.clearFilters} onManage={onManage} />
          )}
        </div>
        {panel}
      </div>
      {isManaging ? renderWatchlists?.(watchlistsDialog) : null}
    </div>
  )
}
