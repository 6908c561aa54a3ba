import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMillions, formatSignedMillions } from '@/shared/format/board-number'
import { Plot } from '@/shared/plot/Plot'
import { PlotFigures } from '@/shared/plot/PlotFigures'
import { PlotLegend } from '@/shared/plot/PlotLegend'
import { placeLabel } from '@/shared/time/trading-day'
import { IconButton } from '@/shared/ui/IconButton'
import { Notice } from '@/shared/ui/Notice'
import { Pane } from '@/shared/ui/Pane'
import { Segmented } from '@/shared/ui/Segmented'
import { minutePlot } from './minute-plot'
import { cumulativeNet } from './minute-series'
import type { ActiveMinutes } from './use-active-minutes'
import { RANGES, type VolumeView } from './use-volume-view'

export function MinuteVolumes({ minutes, view }: { minutes: ActiveMinutes; view: VolumeView }) {
  const { t } = useTranslation()
  const [isTable, setIsTable] = useState(false)
  const { series, hasDatabase } = minutes
  const { spec, from } = useMemo(() => minutePlot(series, view.range), [series, view.range])
  const net = useMemo(() => cumulativeNet(series), [series])
  const read = (at: number): string => {
    const sides = series[at + from]
    const figures = sides ? `${t('volume/activeBuy')} ${formatMillions(sides.buy, 2)} · ${t('volume/activeSell')} ${formatMillions(sides.sell, 2)}` : '–'
    return `${placeLabel(at + from)}  ${figures}`
  }
  const figures = (): string[][] =>
    series
      .flatMap((sides, place) =>
        sides ? [[placeLabel(place), formatMillions(sides.buy, 3), formatMillions(sides.sell, 3), formatMillions(sides.neutral, 3), formatSignedMillions(net[place] ?? 0, 3)]] : [],
      )
      .reverse()
  return (
    <Pane
      title={t('volume/perMinute')}
      note={t('volume/byPhaseNote')}
      end={
        <>
          <PlotLegend shape="box" side="buy">
            {t('volume/activeBuy')}
          </PlotLegend>
          <PlotLegend shape="box" side="sell">
            {t('volume/activeSell')}
          </PlotLegend>
          <PlotLegend shape="line">{t('volume/cumulative')}</PlotLegend>
          <Segmented
            isSmall
            label={t('volume/range')}
            value={view.range}
            options={[...RANGES].reverse().map((range) => ({ value: range, text: t(`volume/range.${range}`) }))}
            onChoose={view.setRange}
          />
          <IconButton icon="table" label={t(isTable ? 'volume/chart' : 'volume/table')} aria-pressed={isTable} onClick={() => setIsTable((is) => !is)} />
        </>
      }
    >
      {!series.length || !hasDatabase ? (
        <Notice title={t('volume/noHistory')} icon="clock">
          {hasDatabase ? null : t('volume/noDatabase')}
        </Notice>
      ) : isTable ? (
        <PlotFigures
          caption={t('volume/perMinute')}
          head={[t('volume/time'), t('volume/activeBuy'), t('volume/activeSell'), t('volume/neutral'), t('volume/cumulative')]}
          rows={figures()}
        />
      ) : (
        <Plot label={t('volume/perMinute')} spec={spec} read={read} />
      )}
    </Pane>
  )
}
