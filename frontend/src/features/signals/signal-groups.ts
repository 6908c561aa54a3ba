import type { Alert } from '@/shared/api/models'
import { parseMoment } from '@/shared/time/market-time'

/** Repeats of one symbol and type within a few minutes are one row: its newest, with the others under it. */

export interface SignalGroup {
  readonly head: Alert
  /** Older ones like it, newest first. */
  readonly similar: readonly Alert[]
}

export const SIMILAR_WITHIN_MS = 5 * 60_000

/** `alerts` newest first; each may be so much older than the one before it in its group. */
export function groupSimilar(alerts: readonly Alert[], withinMs = SIMILAR_WITHIN_MS): readonly SignalGroup[] {
  const groups: { head: Alert; similar: Alert[] }[] = []
  const open = new Map<string, { group: { head: Alert; similar: Alert[] }; oldestMs: number }>()
  for (const alert of alerts) {
    const key = `${alert.alert_type} ${alert.symbol}`
    const timeMs = parseMoment(alert.timestamp) ?? 0
    const known = open.get(key)
    if (known && known.oldestMs - timeMs <= withinMs) {
      known.group.similar.push(alert)
      known.oldestMs = timeMs
      continue
    }
    const group = { head: alert, similar: [] }
    groups.push(group)
    open.set(key, { group, oldestMs: timeMs })
  }
  return groups
}

/** The rows of the list: days between them, the similar ones of a group only where it is open. */
export type SignalRow =
  | { readonly kind: 'day'; readonly key: string; readonly date: string }
  | { readonly kind: 'signal'; readonly key: string; readonly alert: Alert; readonly similar: number; readonly isOpen: boolean; readonly isMember: boolean }

const DATE = 'YYYY-MM-DD'.length

export function rowsOf(groups: readonly SignalGroup[], openIds: ReadonlySet<string>): readonly SignalRow[] {
  const rows: SignalRow[] = []
  let date = ''
  for (const { head, similar } of groups) {
    const day = head.timestamp.slice(0, DATE)
    if (day !== date) rows.push({ kind: 'day', key: day, date: day })
    date = day
    // The newest of an open group is its head; a group that grows keeps the oldest, so that is its name.
    const name = similar.at(-1)?.id ?? head.id
    const isOpen = openIds.has(name)
    rows.push({ kind: 'signal', key: name, alert: head, similar: similar.length, isOpen, isMember: false })
    if (isOpen) for (const alert of similar) rows.push({ kind: 'signal', key: `${name}/${alert.id}`, alert, similar: 0, isOpen: false, isMember: true })
  }
  return rows
}
