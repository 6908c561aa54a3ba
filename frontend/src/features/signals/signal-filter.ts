import type { Alert, AlertType, Severity } from '@/shared/api/models'
import { ALERT_TYPES, SEVERITIES } from '@/shared/alerts/read-alert'

export interface SignalFilter {
  /** null: every one. */
  readonly severity: Severity | null
  readonly types: ReadonlySet<AlertType>
  /** What the symbol begins with; '' is every one. */
  readonly symbol: string
}

export const NO_FILTER: SignalFilter = { severity: null, types: new Set(ALERT_TYPES), symbol: '' }

export const isNarrowed = ({ severity, types, symbol }: SignalFilter): boolean => severity !== null || types.size < ALERT_TYPES.length || symbol !== ''

/** `nameOf`: VN30F1M finds today's contract as well as its code does. */
export const filterAlerts = (alerts: readonly Alert[], filter: SignalFilter, nameOf: (symbol: string) => string = (symbol) => symbol): readonly Alert[] =>
  alerts.filter(
    ({ severity, alert_type: type, symbol }) =>
      (filter.severity === null || severity === filter.severity) &&
      filter.types.has(type) &&
      (symbol.startsWith(filter.symbol) || nameOf(symbol).startsWith(filter.symbol)),
  )

export function readFilter(params: URLSearchParams): SignalFilter {
  const named = params.get('type')?.split(',')
  const types = named ? ALERT_TYPES.filter((type) => named.includes(type)) : ALERT_TYPES
  return {
    severity: SEVERITIES.find((severity) => severity === params.get('severity')) ?? null,
    types: new Set(types.length ? types : ALERT_TYPES),
    symbol: (params.get('symbol') ?? '').trim().toUpperCase(),
  }
}

/** What the URL says of a filter: null takes a parameter out. */
export const filterParams = ({ severity, types, symbol }: SignalFilter): Readonly<Record<'severity' | 'type' | 'symbol', string | null>> => ({
  severity,
  type: types.size === ALERT_TYPES.length || !types.size ? null : [...types].join(','),
  symbol: symbol || null,
})
