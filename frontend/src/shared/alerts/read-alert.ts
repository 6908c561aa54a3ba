import type { Alert, AlertType, Severity } from '@/shared/api/models'
import { isObject } from '@/shared/ws/merge-patch'

export const ALERT_TYPES = ['VOLUME_SPIKE', 'PRICE_BREAKOUT', 'FOREIGN_ACCELERATION', 'BASIS_DIVERGENCE'] as const satisfies readonly AlertType[]
export const SEVERITIES = ['CRITICAL', 'WARNING', 'INFO'] as const satisfies readonly Severity[]

/** An alert of the wire; null for what is none, which must not bring down those beside it. */
export function readAlert(value: unknown): Alert | null {
  if (!isObject(value)) return null
  const { id, alert_type: type, severity, symbol, timestamp } = value
  const isComplete =
    typeof id === 'string' &&
    typeof symbol === 'string' &&
    typeof timestamp === 'string' &&
    ALERT_TYPES.some((known) => known === type) &&
    SEVERITIES.some((known) => known === severity)
  return isComplete ? ({ message: '', ...value, data: isObject(value.data) ? value.data : {} } as Alert) : null
}

export const readAlerts = (values: readonly unknown[]): Alert[] => values.map(readAlert).filter((alert) => alert !== null)

/** The alerts among the events of a batch, oldest first as they come. */
export const alertsOfEvents = (messages: readonly unknown[]): Alert[] =>
  readAlerts(messages.flatMap((message) => (isObject(message) && message.type === 'alert' ? [message.data] : [])))
