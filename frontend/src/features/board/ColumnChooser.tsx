import { useLayoutEffect, useRef, useState } from 'react'
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

type Step = -1 | 1

/** A row that changes places leaves the document for a moment, and the focus with it; at the end the way back is left. */
function focusMover(list: HTMLElement, id: string, step: Step): void {
  const mover = (direction: Step): HTMLButtonElement | null => list.querySelector(`[data-mover="${id} ${direction}"]`)
  const wanted = mover(step)
  const target = wanted?.disabled ? mover(step === 1 ? -1 : 1) : wanted
  target?.focus()
}

export function ColumnChooser({ all, choice, onChange, onClose }: ColumnChooserProps) {
  const { t } = useTranslation()
  const shown = shownIds(all, choice)
  const list = useRef<HTMLUListElement>(null)
  const moved = useRef<{ id: string; step: Step } | null>(null)
  const [told, setTold] = useState('')
  useLayoutEffect(() => {
    if (moved.current && list.current) focusMover(list.current, moved.current.id, moved.current.step)
    moved.current = null
  }, [choice])
  const move = (column: Column, step: Step): void => {
    const next = moveColumn(all, choice, column.id, step)
    moved.current = { id: column.id, step }
    setTold(t('board/columnPlace', { name: columnName(column, t), place: shownIds(all, next).indexOf(column.id), count: shown.length - 1 }))
    onChange(next)
  }
  return (
    <Dialog title={t('board/columns')} closeLabel={t('prefs/close')} onClose={onClose}>
      <ul ref={list} className={styles.columns}>
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
                    <IconButton icon="earlier" label={t('board/columnEarlier', { name })} disabled={at === 1} data-mover={`${column.id} -1`} onClick={() => move(column, -1)} />
                    <IconButton icon="later" label={t('board/columnLater', { name })} disabled={at === shown.length - 1} data-mover={`${column.id} 1`} onClick={() => move(column, 1)} />
                  </>
                ) : null}
              </li>
            )
          })}
      </ul>
      <p role="status" className="sr-only">
        {told}
      </p>
      <Button disabled={choice === null} onClick={() => onChange(null)}>
        {t('board/columnsReset')}
      </Button>
    </Dialog>
  )
}
