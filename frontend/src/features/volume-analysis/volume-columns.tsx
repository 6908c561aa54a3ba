import type { TFunction } from 'i18next'
import { billionsClass, flowClass, formatNumber, formatPercent, formatPrice, formatShare, formatSignedBillions, formatVolume } from '@/shared/format/board-number'
import type { TableColumn } from '@/shared/table/table-columns'
import { SESSION_PLACES } from '@/shared/time/trading-day'
import { Sparkline } from '@/shared/ui/Sparkline'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'
import { SplitBar } from '@/shared/ui/SplitBar'
import { SymbolLink } from '@/shared/ui/SymbolLink'
import type { VolumeRow } from './active-volume'
import styles from './volume-analysis.module.css'

const quiet = (): string => styles.quiet ?? ''
const BALANCED_PCT = 50
const NO_POINTS: readonly SparkPoint[] = []
const SIDE_COLOURS = { above: '--buy', below: '--sell' } as const

const volumeColumn = (id: string, label: string, read: (row: VolumeRow) => number, more: Partial<TableColumn<VolumeRow>> = {}): TableColumn<VolumeRow> => ({
  id, label,
  cell: (row) => formatVolume(read(row)) || '–',
  sortValue: read,
  ...more,
})

export const volumeColumns = (t: TFunction, lines: ReadonlyMap<string, readonly SparkPoint[]>): readonly TableColumn<VolumeRow>[] => [
  {
    id: 'symbol', label: t('volume/col.symbol'), isText: true,
    cell: (row) => <SymbolLink symbol={row.symbol} band={row.band} />,
    sortValue: (row) => row.symbol,
  },
  {
    id: 'price', label: t('volume/col.price'), shownOn: 'desk', className: (row) => row.band,
    cell: (row) => formatPrice(row.lastPrice, 'vnd'),
    sortValue: (row) => row.lastPrice || null,
  },
  {
    id: 'percent', label: t('volume/col.percent'), shownOn: 'desk', className: (row) => row.band,
    cell: (row) => (row.changePct === null ? '' : formatPercent(row.changePct)),
    sortValue: (row) => row.changePct,
  },
  volumeColumn('buy', t('volume/col.buy'), (row) => row.sides.buy, { shownOn: 'desk' }),
  volumeColumn('neutral', t('volume/col.neutral'), (row) => row.sides.neutral, { shownOn: 'wide', className: quiet }),
  volumeColumn('sell', t('volume/col.sell'), (row) => row.sides.sell, { shownOn: 'desk' }),
  {
    id: 'ratio', label: t('volume/col.ratio'), hint: t('volume/col.ratioHint'), isText: true, className: () => styles.ratio ?? '',
    cell: ({ sides }) => <SplitBar hasMiddle size="thin" buy={sides.buy} neutral={sides.neutral} sell={sides.sell} />,
  },
  {
    id: 'buyShare', label: t('volume/col.buyShare'), hint: t('volume/col.buyShareHint'), isStrong: true,
    className: (row) => (row.buyShare === null ? '' : flowClass(row.buyShare - BALANCED_PCT)),
    cell: (row) => (row.buyShare === null ? '–' : formatShare(row.buyShare, 100)),
    sortValue: (row) => row.buyShare,
  },
  {
    id: 'net', label: t('volume/col.net'), hint: t('volume/col.netHint'), isStrong: true, className: (row) => billionsClass(row.netValue),
    cell: (row) => formatSignedBillions(row.netValue),
    sortValue: (row) => row.netValue,
  },
  volumeColumn('ato', t('volume/col.ato'), (row) => row.ato, { shownOn: 'wide', className: quiet }),
  volumeColumn('continuous', t('volume/col.continuous'), (row) => row.continuous, { shownOn: 'wide', className: quiet }),
  volumeColumn('atc', t('volume/col.atc'), (row) => row.atc, { shownOn: 'wide', className: quiet }),
  volumeColumn('total', t('volume/col.total'), (row) => row.sides.total),
  {
    id: 'trend', label: t('volume/col.trend'), hint: t('volume/col.trendHint'), shownOn: 'wide', className: () => styles.trend ?? '',
    cell: (row) => <Sparkline className={styles.spark} points={lines.get(row.symbol) ?? NO_POINTS} places={SESSION_PLACES} reference={0} colours={SIDE_COLOURS} />,
  },
  volumeColumn('missed', t('volume/col.missed'), (row) => row.missed, {
    hint: t('volume/col.missedHint'), shownOn: 'desk', className: (row) => (row.missed ? (styles.warn ?? '') : quiet()), cell: (row) => formatNumber(row.missed),
  }),
  {
    id: 'agreement', label: t('volume/col.agreement'), hint: t('volume/col.agreementHint'), shownOn: 'desk', className: quiet,
    cell: (row) => (row.agreement === null ? '–' : formatShare(row.agreement, 100)),
    sortValue: (row) => row.agreement,
  },
]
