import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '@/shared/api/client'
import { ChartFigure } from '@/shared/charts/ChartFigure'
import { SeriesChart } from '@/shared/charts/SeriesChart'
import { Button } from '@/shared/ui/Button'
import { Notice } from '@/shared/ui/Notice'
import { chartContent, MA_SPANS, paneHeights, panesOf } from './chart-content'
import { barRows } from './chart-table'
import { movingAverage } from './moving-average'
import { PaneLabels } from './PaneLabels'
import { Readout } from './Readout'
import { useBars, type Bars } from './use-bars'
import type { ChartUrl } from './use-chart-url'
import type { Instrument } from './use-instrument'
import { FOREIGN_DAYS_MAX, useForeignBars, useOpenGaps, useOverlayBars } from './use-layers-data'
import { RANGE_DAYS } from './intervals'
import styles from './chart.module.css'

const OF_INDEX_DECIMALS = 2

/** The candles of one symbol with what is drawn over and under them. */
export function ChartPane({ instrument, url }: { instrument: Instrument; url: ChartUrl }) {
  const { t } = useTranslation()
  const { symbol, unit, kind } = instrument
  const { interval, range, layers } = url
  const bars = useBars(symbol, interval, range)
  const isDaily = interval === '1d'
  const hasActive = kind !== 'index'
  const foreign = useForeignBars(symbol, interval, range, bars.all, layers.has('foreign') && kind === 'stock')
  const overlay = useOverlayBars(interval, range, layers.has('vn30') && symbol !== 'VN30')
  const gaps = useOpenGaps(symbol, bars.all)
  const limits = isDaily ? null : instrument.price
  const { ceiling, floor, ref_price } = limits ?? {}
  const [pointed, setPointed] = useState<number | null>(null)
  const onPoint = useCallback((timeMs: number | null) => setPointed(timeMs), [])

  const panes = useMemo(() => panesOf(layers, kind === 'stock', hasActive), [layers, kind, hasActive])
  const content = useMemo(
    () =>
      chartContent(
        {
          view: `${symbol} ${interval} ${range}`, bars: bars.all, from: bars.from, unit, interval, layers, foreign, overlay, gaps,
          limits: ref_price ? { ceiling: ceiling ?? null, floor: floor ?? null, ref_price } : null,
          levelNames: { ceiling: t('chart/ceiling'), ref: t('chart/ref'), floor: t('chart/floor') },
        },
        panes,
      ),
    [symbol, interval, range, bars.all, bars.from, unit, layers, foreign, overlay, gaps, ceiling, floor, ref_price, panes, t],
  )
  const means = useMemo(() => MA_SPANS.map((span) => movingAverage(bars.all.map((bar) => bar.close), span)), [bars.all])
  const columns = [t('chart/time'), t('chart/open'), t('chart/high'), t('chart/low'), t('chart/close'), t('chart/volume'), ...(hasActive ? [t('chart/delta')] : [])]
  const rows = useMemo(() => barRows(bars.all.slice(bars.from), unit, isDaily, hasActive), [bars.all, bars.from, unit, isDaily, hasActive])

  if (bars.error || bars.isLoading || !bars.all.length) return <ChartVacancy symbol={symbol} bars={bars} />
  const place = pointed === null ? -1 : bars.all.findIndex((bar) => Date.parse(bar.timestamp) === pointed)
  const at = place < 0 ? bars.all.length - 1 : place
  const bar = bars.all[at]
  const foreignLabel = !isDaily && RANGE_DAYS[range] > FOREIGN_DAYS_MAX ? t('chart/p.foreignDays', { days: FOREIGN_DAYS_MAX }) : t('chart/p.foreign')
  return (
    <ChartFigure
      className={styles.figure}
      title={t('chart/candles', { interval: t(`chart/in.${interval}`) })}
      note={t('chart/note')}
      table={{ columns, rows }}
      subhead={
        bar ? (
          <Readout
            bar={bar}
            decimals={kind === 'index' ? OF_INDEX_DECIMALS : undefined}
            unit={unit}
            means={layers.has('ma') ? means.map((mean) => mean[at] ?? null) : []}
            limits={limits}
            hasActive={hasActive}
            hasOverlay={overlay.length > 0}
            gaps={gaps}
          />
        ) : null
      }
    >
      <SeriesChart content={content} isFixed={false} isDaily={isDaily} onPoint={onPoint} />
      <PaneLabels
        shares={paneHeights(panes)}
        labels={['', ...panes.map((pane) => (pane === 'foreign' ? foreignLabel : pane === 'delta' ? t('chart/p.delta') : t('chart/p.volume')))]}
      />
    </ChartFigure>
  )
}

const NOT_FOUND = 404
const UNAVAILABLE = 503

/** Why there are no candles. */
function ChartVacancy({ symbol, bars }: { symbol: string; bars: Bars }) {
  const { t } = useTranslation()
  const status = bars.error instanceof ApiError ? bars.error.httpStatus : null
  if (status === NOT_FOUND) return <Notice title={t('chart/unknown', { symbol })} icon="search">{null}</Notice>
  if (bars.error) {
    return (
      <Notice title={t(status === UNAVAILABLE ? 'chart/noDatabase' : 'chart/failed')} icon="warn">
        {status === UNAVAILABLE ? <p>{t('chart/noDatabaseNote')}</p> : null}
        <Button isSmall onClick={bars.retry}>{t('chart/retry')}</Button>
      </Notice>
    )
  }
  if (bars.isLoading) return <Notice title={t('chart/loading')} icon="clock">{null}</Notice>
  return <Notice title={t('chart/empty')} icon="clock">{t('chart/emptyNote')}</Notice>
}
