import type { Bar } from '@/shared/api/models'
import type { ChartTableData } from '@/shared/charts/ChartTable'
import { formatDay, formatDayMinute } from '@/shared/charts/chart-time'
import { formatNumber, formatSigned, priceDecimals, shownPrice, type PriceUnit } from '@/shared/format/board-number'

const ROWS_MAX = 300

/** The newest bars as text, newest first. */
export function barRows(bars: readonly Bar[], unit: PriceUnit, isDaily: boolean, hasActive: boolean): ChartTableData['rows'] {
  const decimals = priceDecimals(unit)
  const shown = (price: number): string => formatNumber(shownPrice(price, unit), decimals)
  return bars
    .slice(-ROWS_MAX)
    .reverse()
    .map((bar) => {
      const timeMs = Date.parse(bar.timestamp)
      const figures = [isDaily ? formatDay(timeMs) : formatDayMinute(timeMs), shown(bar.open), shown(bar.high), shown(bar.low), shown(bar.close), formatNumber(bar.volume)]
      return hasActive ? [...figures, formatSigned(bar.mua_chu_dong_volume - bar.ban_chu_dong_volume, 0)] : figures
    })
}
