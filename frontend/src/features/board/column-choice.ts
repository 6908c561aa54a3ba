import type { Column } from './columns'

/** Which columns are shown and in which order: ids, the symbol always first. null: as on Vietnamese boards. */
export type ColumnChoice = readonly string[] | null

export const SYMBOL_COLUMN = 'symbol'

/** Left out unless it is asked for. */
const isOptional = (column: Column): boolean => column.isOptional === true

export const defaultIds = (all: readonly Column[]): readonly string[] => all.filter((column) => !isOptional(column)).map(({ id }) => id)

/** Ids that no column has (of an old link, or of the other kind of list) are passed over; with none left, the default. */
export function shownIds(all: readonly Column[], choice: ColumnChoice): readonly string[] {
  const known = new Set(all.map(({ id }) => id))
  const chosen = [...new Set(choice ?? [])].filter((id) => known.has(id) && id !== SYMBOL_COLUMN)
  return chosen.length ? [SYMBOL_COLUMN, ...chosen] : defaultIds(all)
}

/** A group's line stands where the group begins, wherever its columns have gone. */
export function arrangeColumns(all: readonly Column[], choice: ColumnChoice): readonly Column[] {
  const byId = new Map(all.map((column) => [column.id, column]))
  const shown = shownIds(all, choice).flatMap((id) => byId.get(id) ?? [])
  return shown.map((column, i) => {
    const startsGroup = i > 0 && column.group !== shown[i - 1]?.group
    return startsGroup === (column.startsGroup ?? false) ? column : { ...column, startsGroup }
  })
}

/** The shown columns in their order, then the others in that of the board. */
export const chooserOrder = (all: readonly Column[], choice: ColumnChoice): readonly Column[] => {
  const shown = shownIds(all, choice)
  const byId = new Map(all.map((column) => [column.id, column]))
  return [...shown.flatMap((id) => byId.get(id) ?? []), ...all.filter(({ id }) => !shown.includes(id))]
}

export function toggleColumn(all: readonly Column[], choice: ColumnChoice, id: string): ColumnChoice {
  const shown = shownIds(all, choice)
  return asChoice(all, shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id])
}

/** `step` -1 is to the left. Nothing goes before the symbol. */
export function moveColumn(all: readonly Column[], choice: ColumnChoice, id: string, step: -1 | 1): ColumnChoice {
  const shown = [...shownIds(all, choice)]
  const from = shown.indexOf(id)
  const to = from + step
  if (from < 1 || to < 1 || to >= shown.length) return choice
  shown.splice(to, 0, ...shown.splice(from, 1))
  return asChoice(all, shown)
}

function asChoice(all: readonly Column[], ids: readonly string[]): ColumnChoice {
  return ids.join() === defaultIds(all).join() ? null : ids
}
