import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { saveText } from '@/shared/format/csv'
import { useSession } from '@/shared/market-store/market-context'
import { DataTable } from '@/shared/table/DataTable'
import { sortRows, type TableSort } from '@/shared/table/table-columns'
import { useTableSort } from '@/shared/table/use-table-sort'
import { Button } from '@/shared/ui/Button'
import { Notice } from '@/shared/ui/Notice'
import { Pane } from '@/shared/ui/Pane'
import { Segmented } from '@/shared/ui/Segmented'
import { foreignColumns } from './foreign-columns'
import { foreignCsv } from './foreign-csv'
import { filterRows, SIDES, type ForeignRow } from './foreign-rows'
import type { ForeignView } from './use-foreign-view'
import styles from './foreign-flow.module.css'

const BY_NET: TableSort = { column: 'net', direction: 'desc' }
const keyOf = (row: ForeignRow): string => row.symbol

export function ForeignTable({ rows, view }: { rows: readonly ForeignRow[]; view: ForeignView }) {
  const { t } = useTranslation()
  const session = useSession()
  const { sort, sortBy } = useTableSort(BY_NET)
  const columns = useMemo(() => foreignColumns(t, rows), [t, rows])
  const shown = useMemo(() => sortRows(filterRows(rows, view.filter), keyOf, columns, sort), [rows, view.filter, columns, sort])
  const save = (): void => saveText(`foreign-flow-${session?.trading_date ?? 'unknown'}.csv`, foreignCsv(shown))
  return (
    <Pane
      className={styles.detail}
      title={t('foreign/detail')}
      note={t('foreign/detailNote', { shown: shown.length, all: rows.length })}
      end={
        <>
          <input
            type="search"
            className={styles.search}
            value={view.filter.text}
            placeholder={t('foreign/filter')}
            aria-label={t('foreign/filter')}
            onChange={(event) => view.setText(event.target.value)}
          />
          <Segmented
            isSmall
            label={t('foreign/sides')}
            value={view.filter.side}
            options={SIDES.map((side) => ({ value: side, text: t(`foreign/side.${side}`) }))}
            onChoose={view.setSide}
          />
          <Button isSmall title={t('foreign/saveCsv')} aria-label={t('foreign/saveCsv')} onClick={save}>
            {t('foreign/csv')}
          </Button>
        </>
      }
    >
      {shown.length ? (
        <DataTable caption={t('foreign/detail')} columns={columns} rows={shown} keyOf={keyOf} sort={sort} onSort={sortBy} />
      ) : (
        <Notice title={t('foreign/noMatch')} icon="search">
          <Button onClick={view.clear}>{t('foreign/clear')}</Button>
        </Notice>
      )}
    </Pane>
  )
}
