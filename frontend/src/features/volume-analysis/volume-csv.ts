import type { SessionStats } from '@/shared/api/models'
import { toCsv } from '@/shared/format/csv'
import type { VolumeRow } from './active-volume'

const FIELDS = [
  'mua_chu_dong_volume', 'mua_chu_dong_value', 'ban_chu_dong_volume', 'ban_chu_dong_value', 'neutral_volume', 'neutral_value', 'total_volume', 'missed_volume',
  'last_updated',
] as const

/** The figures of the whole day as they are on the wire: shares and VND; agreement in percent. */
export const volumeCsv = (rows: readonly VolumeRow[], stats: Readonly<Record<string, SessionStats>>): string =>
  toCsv(
    ['symbol', ...FIELDS, 'ato_volume', 'continuous_volume', 'atc_volume', 'agreement_pct'],
    rows.map((row) => [row.symbol, ...FIELDS.map((field) => stats[row.symbol]?.[field]), row.ato, row.continuous, row.atc, row.agreement]),
  )
