import { useTranslation } from 'react-i18next'
import type { Bar, PriceData, StoredGap } from '@/shared/api/models'
import { Legend } from '@/shared/charts/Legend'
import { formatDayMinute } from '@/shared/charts/chart-time'
import { formatNumber, formatPercent, formatSigned, priceDecimals, shownPrice, type PriceUnit } from '@/shared/format/board-number'
import { directionOf } from '@/shared/format/price-band'
import { MA_SPANS } from './chart-content'
import styles from './chart.module.css'

interface ReadoutProps {
  bar: Bar
  unit: PriceUnit
  /** Other than the unit has. */
  decimals?: number | undefined
  /** Of MA_SPANS at this bar; empty while they are not shown. */
  means: readonly (number | null)[]
  limits: PriceData | null
  hasActive: boolean
  hasOverlay: boolean
  gaps: readonly StoredGap[]
}

/** The figures of one bar: the one under the pointer, else the last. */
export function Readout({ bar, unit, decimals = priceDecimals(unit), means, limits, hasActive, hasOverlay, gaps }: ReadoutProps) {
  const { t } = useTranslation()
  const shown = (price: number): string => formatNumber(shownPrice(price, unit), decimals)
  const change = bar.close - bar.open
  const delta = bar.mua_chu_dong_volume - bar.ban_chu_dong_volume
  return (
    <div className={styles.readout}>
      <span>
        {t('chart/open')} <b>{shown(bar.open)}</b> {t('chart/high')} <b>{shown(bar.high)}</b> {t('chart/low')} <b>{shown(bar.low)}</b>{' '}
        {t('chart/close')} <b>{shown(bar.close)}</b>{' '}
        <b className={directionOf(change)}>
          {formatSigned(shownPrice(change, unit), decimals)} {bar.open ? formatPercent((change / bar.open) * 100) : ''}
        </b>
      </span>
      <span>
        {t('chart/volume')} <b>{formatNumber(bar.volume)}</b>
        {hasActive ? (
          <>
            {' '}
            {t('chart/delta')} <b className={delta > 0 ? styles.buy : delta < 0 ? styles.sell : ''}>{formatSigned(delta, 0)}</b>
          </>
        ) : null}
      </span>
      {means.map((mean, i) => (
        <Legend key={MA_SPANS[i]} colour={i ? '--text-3' : '--accent'}>
          {t('chart/ma', { span: MA_SPANS[i] })} <b>{mean === null ? '–' : shown(mean)}</b>
        </Legend>
      ))}
      {hasOverlay ? <Legend colour="--text">{t('chart/overlay')}</Legend> : null}
      {gaps.length ? <GapLegend gaps={gaps} /> : null}
      {limits?.ref_price ? (
        <span className={styles.limits}>
          {limits.ceiling ? <span className="ceil">{t('chart/ceiling')} {shown(limits.ceiling)}</span> : null}
          <span className="ref">{t('chart/ref')} {shown(limits.ref_price)}</span>
          {limits.floor ? <span className="floor">{t('chart/floor')} {shown(limits.floor)}</span> : null}
        </span>
      ) : null}
    </div>
  )
}

function GapLegend({ gaps }: { gaps: readonly StoredGap[] }) {
  const { t } = useTranslation()
  const lines = gaps.map((gap) => {
    const from = gap.from_time ? formatDayMinute(Date.parse(gap.from_time)) : t('chart/gapStart')
    const to = gap.to_time ? formatDayMinute(Date.parse(gap.to_time)) : t('chart/gapNow')
    const volume = gap.volume ? ` · ${t('chart/gapVolume', { volume: formatNumber(gap.volume) })}` : ''
    return t('chart/gapSpan', { from, to }) + volume
  })
  return (
    <span title={lines.join('\n')}>
      <Legend colour="--text-3" shape="hatched">
        {t('chart/gaps', { count: gaps.length })}
        <span className="sr-only">: {lines.slice(0, 10).join('; ')}</span>
      </Legend>
    </span>
  )
}
