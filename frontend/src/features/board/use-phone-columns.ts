import { useCallback, useMemo, useState } from 'react'
import type { Column } from './columns'

/** On the phone % and +/− share a place: a tap on the header changes which of them is shown. */
export function usePhoneColumns(columns: readonly Column[]): { columns: readonly Column[]; togglePercent: () => void } {
  const [showsChange, setShowsChange] = useState(false)
  const shown = useMemo(() => {
    if (!showsChange) return columns
    return columns.map((column) =>
      column.id === 'percent' ? { ...column, onPhone: false } : column.id === 'change' ? { ...column, onPhone: true } : column,
    )
  }, [columns, showsChange])
  return { columns: shown, togglePercent: useCallback(() => setShowsChange((is) => !is), []) }
}
