import { useCallback, useMemo } from 'react'
import { usePreferences } from '@/shared/preferences/preferences'
import { arrangeColumns, type ColumnChoice } from './column-choice'
import { EQUITY_COLUMNS, FUTURES_COLUMNS, type Column } from './columns'
import type { BoardUrl } from './use-board-url'

export interface BoardColumns {
  all: readonly Column[]
  shown: readonly Column[]
  choice: ColumnChoice
  choose: (choice: ColumnChoice) => void
}

/** The address comes first, so that a view can be sent; what is chosen here is remembered too. */
export function useBoardColumns(isFutures: boolean, url: BoardUrl): BoardColumns {
  const kind = isFutures ? 'futures' : 'equities'
  const all = isFutures ? FUTURES_COLUMNS : EQUITY_COLUMNS
  const remembered = usePreferences((preferences) => preferences.columns[kind] ?? null)
  const remember = usePreferences((preferences) => preferences.setColumns)
  const choice = url.columns ?? remembered
  const { setColumns } = url
  const choose = useCallback(
    (next: ColumnChoice) => {
      remember(kind, next)
      setColumns(next)
    },
    [remember, kind, setColumns],
  )
  const shown = useMemo(() => arrangeColumns(all, choice), [all, choice])
  return { all, shown, choice, choose }
}
