import { toCsv } from '@/shared/format/csv'
import type { ForeignRow } from './foreign-rows'

const FIELDS = [
  'buy_volume', 'sell_volume', 'net_volume', 'buy_value', 'sell_value', 'net_value', 'buy_speed_per_min', 'sell_speed_per_min',
  'buy_acceleration', 'sell_acceleration', 'current_room', 'total_room', 'last_updated',
] as const

/** The figures as they are on the wire: shares, VND, shares a minute. */
export const foreignCsv = (rows: readonly ForeignRow[]): string =>
  toCsv(
    ['symbol', 'sector', ...FIELDS],
    rows.map(({ symbol, sector, flow }) => [symbol, sector, ...FIELDS.map((field) => flow[field])]),
  )
