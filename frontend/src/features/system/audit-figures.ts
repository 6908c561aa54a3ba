import type { AuditReport } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'

export type Verdict = AuditReport['checks'][number]['verdict']

export const STORED = 'stored_day'

/** One rule of the audit as a row: those of the live state, then the stored day. */
export interface AuditRowModel {
  name: AuditReport['checks'][number]['name'] | typeof STORED
  verdict: Verdict
  compared: number
  failed: number
}

export const auditRows = ({ checks, stored }: AuditReport): AuditRowModel[] => [
  ...checks.map(({ name, verdict, compared, failed }) => ({ name, verdict, compared, failed })),
  { name: STORED, verdict: stored.verdict, compared: stored.candles + stored.symbols, failed: stored.failed },
]

/** One figure that differs; the stored day says it in words of its own. */
export interface DifferenceModel {
  check: string
  subject: string
  what: string
  expected: string
  actual: string
}

const figure = (value: number): string => formatNumber(value, Number.isInteger(value) ? 0 : 2)

export const auditDifferences = ({ checks, stored }: AuditReport): DifferenceModel[] => [
  ...checks.flatMap(({ name, differences }) =>
    differences.map(({ subject, what, expected, actual }) => ({ check: name, subject, what, expected: figure(expected), actual: figure(actual) })),
  ),
  ...stored.differences.map(({ symbol, what, detail }) => ({ check: STORED, subject: symbol, what: `${what}: ${detail}`, expected: '', actual: '' })),
]

export const shareOf = (share: number | null): string => (share === null ? '–' : `${formatNumber(share * 100, 1)}%`)
