import { useCallback, useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePreferences } from '@/shared/preferences/preferences'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import { BoardGrid } from './BoardGrid'
import { boardLists, FUTURES_LIST } from './board-lists'
import { countBands, filterByBands, sortStates } from './board-order'
import { BoardTools } from './BoardTools'
import { BoardVacancy } from './BoardVacancy'
import { EQUITY_COLUMNS, FUTURES_COLUMNS, type Column } from './columns'
import { listLabel } from './list-label'
import { useSlowStates } from '@/shared/market-store/use-slow-states'
import { useBoardUrl } from './use-board-url'
import { useForeignPoll } from './use-foreign-poll'
import { usePhoneColumns } from './use-phone-columns'
import { useVn30 } from '@/shared/api/use-vn30'
import styles from './board.module.css'

const PHONE_ROW_PX = 44
/** The whole of VN30 fits a 900 px screen at 24 px; longer lists scroll anyway and get more air. */
const DENSE_ROWS_MAX = 32

/** `panel` stands beside the grid: the details of the marked symbol. */
export function PriceBoard({ panel = null }: { panel?: ReactNode }) {
  const { t } = useTranslation()
  const url = useBoardUrl()
  const vn30 = useVn30()
  const states = useSlowStates()
  const chosenDensity = usePreferences((preferences) => preferences.density)
  const isPhone = useMediaQuery('(max-width: 720px)')
  useForeignPoll()

  const lists = useMemo(() => boardLists(states, vn30), [states, vn30])
  const list = lists.find((candidate) => candidate.id === url.list) ?? lists[0]
  const listed = useMemo(() => {
    const names = new Set(list?.symbols)
    return states.filter((state) => names.has(state.symbol))
  }, [states, list])
  const isFutures = list?.id === FUTURES_LIST
  const { columns, togglePercent } = usePhoneColumns(isFutures ? FUTURES_COLUMNS : EQUITY_COLUMNS)
  const symbols = useMemo(
    () => sortStates(filterByBands(listed, url.bands), url.sort, columns).map((state) => state.symbol),
    [listed, url.bands, url.sort, columns],
  )
  const counts = useMemo(() => countBands(listed), [listed])

  const { sortBy, select } = url
  const onSort = useCallback(
    (column: Column) => {
      if (isPhone && (column.id === 'percent' || column.id === 'change')) togglePercent()
      else sortBy(column.id)
    },
    [isPhone, togglePercent, sortBy],
  )
  const marked = url.symbol
  const onSelect = useCallback((symbol: string | null) => select(symbol === marked ? null : symbol), [select, marked])
  const density = chosenDensity ?? (listed.length <= DENSE_ROWS_MAX ? 24 : 28)
  const rowHeight = isPhone ? PHONE_ROW_PX : density
  const listName = list ? listLabel(list.id, t) : ''

  return (
    <div className={styles.page}>
      <h1 className="sr-only">{t('board/title')}</h1>
      <BoardTools lists={lists} list={list} counts={counts} url={url} density={density} />
      <div className={styles.frame}>
        <div className={styles.gridFrame}>
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
            <BoardVacancy hasRows={listed.length > 0} onClear={url.clearBands} />
          )}
        </div>
        {panel}
      </div>
    </div>
  )
}
