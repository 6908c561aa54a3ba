import type { Alert } from '@/shared/api/models'

let count = 0

/** An alert at a clock time of the day of the fixtures. */
export const alertAt = (clock: string, change: Partial<Alert> = {}): Alert => ({
  id: `a${++count}`, alert_type: 'VOLUME_SPIKE', severity: 'WARNING', symbol: 'HPG', message: 'HPG: a print of 4,000', timestamp: `2026-11-20T${clock}+07:00`,
  data: { volume: 4000, average_volume: 1000, ratio: 4, price: 27_300, trade_type: 'mua_chu_dong' }, ...change,
})

export const breakoutAt = (clock: string, change: Partial<Alert> = {}): Alert =>
  alertAt(clock, { alert_type: 'PRICE_BREAKOUT', severity: 'CRITICAL', symbol: 'VJC', data: { direction: 'ceiling', price: 199_500, ceiling: 199_500, floor: 173_500 }, ...change })
