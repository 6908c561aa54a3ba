import type { TFunction } from 'i18next'
import { levelOf, type Column } from './columns'

const isKey = (label: string): boolean => label.startsWith('col.') || label.startsWith('group.')

/** Labels of columns.ts are keys of the dictionary, or signs that need no translation. */
export const columnWord = (label: string, t: TFunction): string => (isKey(label) ? t(`board/${label}` as 'board/col.symbol') : label)

/** As in the head of the column: the group stands above it. */
export const columnLabel = (column: Column, t: TFunction): string => [columnWord(column.label, t), levelOf(column)].filter(Boolean).join(' ')

/** Where it stands alone. */
export const columnName = (column: Column, t: TFunction): string =>
  column.group && column.group !== column.label ? `${columnWord(column.group, t)} ${columnLabel(column, t)}` : columnLabel(column, t)
