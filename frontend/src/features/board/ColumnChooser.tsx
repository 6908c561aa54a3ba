import { useTranslation } from 'react-i18next'
import { Button } from '@/shared/ui/Button'
import { Dialog } from '@/shared/ui/Dialog'
import { IconButton } from '@/shared/ui/IconButton'
import { chooserOrder, moveColumn, shownIds, SYMBOL_COLUMN, toggleColumn, type ColumnChoice } from './column-choice'
import { columnName } from './column-name'
import type { Column } from './columns'
import styles from './board-dialogs.module.css'

interface ColumnChooserProps {
  all: readonly Column[]
  choice: ColumnChoice
  onChange: (choice: ColumnChoice) => void
  onClose: () => void
}

export function ColumnChooser({ all, choice, onChange, onClose }: ColumnChooserProps) {
  const { t } = useTranslation()
  const shown = shownIds(all, choice)
  return (
    <Dialog title={t('board/columns')} closeLabel={t('prefs/close')} onClose={onClose}>
      <ul className={styles.columns}>
        {chooserOrder(all, choice)
          .filter(({ id }) => id !== SYMBOL_COLUMN)
          .map((column) => {
            const at = shown.indexOf(column.id)
            const name = columnName(column, t)
            return (
              <li key={column.id}>
                <label>
                  <input type="checkbox" checked={at > 0} disabled={at > 0 && shown.length === 2} onChange={() => onChange(toggleColumn(all, choice, column.id))} />
                  {name}
                </label>
                {at > 0 ? (
                  <>
                    <IconButton icon="earlier" label={t('board/columnEarlier', { name })} disabled={at === 1} onClick={() => onChange(moveColumn(all, choice, column.id, -1))} />
                    <IconButton icon="later" label={t('board/columnLater', { name })} disabled={at === shown.length - 1} onClick={() => onChange(moveColumn(all, choice, column.id, 1))} />
                  </>
                ) : null}
              </li>
            )
          })}
      </ul>
      <Button disabled={choice === null} onClick={() => onChange(null)}>
        {t('board/columnsReset')}
      </Button>
    </Dialog>
  )
}
