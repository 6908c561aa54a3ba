import type { Alert } from '@/shared/api/models'
import { saveText, toCsv } from '@/shared/format/csv'

const HEADER = ['timestamp', 'severity', 'alert_type', 'symbol', 'message', 'data', 'id'] as const

/** What is shown, as the wire has it, newest first. */
export const signalsCsv = (alerts: readonly Alert[]): string =>
  toCsv(HEADER, alerts.map((alert) => [alert.timestamp, alert.severity, alert.alert_type, alert.symbol, alert.message, JSON.stringify(alert.data), alert.id]))

export const saveSignals = (alerts: readonly Alert[]): void => saveText(`signals-${alerts[0]?.timestamp.slice(0, 10) ?? 'none'}.csv`, signalsCsv(alerts))
