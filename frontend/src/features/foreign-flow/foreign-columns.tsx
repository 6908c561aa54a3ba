import type { TFunction } from 'i18next'
import { billionsClass, flowClass, formatBillions, formatNumber, formatSigned, formatSignedBillions, formatVolume } from '@/shared/format/board-number'
import type { TableColumn } from '@/shared/table/table-columns'
import { SymbolLink } from '@/shared/ui/SymbolLink'
import type { ForeignRow } from './foreign-rows'
import styles from './foreign-flow.module.css'

const BAR_PCT = 88

/** A value over a bar as long as it is large among its neighbours. */
const bar = (value: number, largest: number, side: 'buy' | 'sell') => (
  <span className={styles.barCell}>
    <i className={styles[`${side}Tint`]} style={{ width: `${(value / Math.max(1, largest)) * BAR_PCT}%` }} aria-hidden="true" />
    <span>{value ? formatBillions(value) : ''}</span>
  </span>
)

export function foreignColumns(t: TFunction, rows: readonly ForeignRow[]): readonly TableColumn<ForeignRow>[] {
  const largest = Math.max(0, ...rows.flatMap(({ flow }) => [flow.buy_value ?? 0, flow.sell_value ?? 0]))
  return [
    {
      id: 'symbol', label: t('foreign/col.symbol'), isText: true,
      cell: (row) => <SymbolLink symbol={row.symbol} band={row.band} />,
      sortValue: (row) => row.symbol,
    },
    {
      id: 'buyVolume', label: t('foreign/col.buyVolume'), shownOn: 'wide', className: () => styles.quiet ?? '',
      cell: (row) => formatVolume(row.flow.buy_volume),
      sortValue: (row) => row.flow.buy_volume ?? null,
    },
    {
      id: 'sellVolume', label: t('foreign/col.sellVolume'), shownOn: 'wide', className: () => styles.quiet ?? '',
      cell: (row) => formatVolume(row.flow.sell_volume),
      sortValue: (row) => row.flow.sell_volume ?? null,
    },
    {
      id: 'buyValue', label: t('foreign/col.buyValue'),
      cell: (row) => bar(row.flow.buy_value ?? 0, largest, 'buy'),
      sortValue: (row) => row.flow.buy_value ?? null,
    },
    {
      id: 'sellValue', label: t('foreign/col.sellValue'),
      cell: (row) => bar(row.flow.sell_value ?? 0, largest, 'sell'),
      sortValue: (row) => row.flow.sell_value ?? null,
    },
    {
      id: 'net', label: t('foreign/col.net'), isStrong: true, className: (row) => billionsClass(row.net),
      cell: (row) => formatSignedBillions(row.net),
      sortValue: (row) => row.net,
    },
    {
      id: 'speed', label: t('foreign/col.speed'), hint: t('foreign/col.speedHint'), shownOn: 'desk', className: (row) => flowClass(row.netSpeed),
      cell: (row) => formatSigned(row.netSpeed, 0), // 0 is a speed; an empty cell would be a figure that is missing
      sortValue: (row) => row.netSpeed,
    },
    {
      id: 'acceleration', label: t('foreign/col.acceleration'), hint: t('foreign/col.accelerationHint'), shownOn: 'desk', className: () => styles.quiet ?? '',
      cell: (row) => formatSigned(row.netAcceleration, 0),
      sortValue: (row) => row.netAcceleration,
    },
    {
      id: 'room', label: t('foreign/col.room'), hint: t('foreign/col.roomHint'), shownOn: 'desk', className: () => styles.quiet ?? '',
      cell: (row) => (row.roomPct === null ? '' : row.roomPct === 0 ? t('foreign/full') : `${formatNumber(row.roomPct, 1)}%`),
      sortValue: (row) => row.roomPct,
    },
  ]
}
