import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatSignedBillions } from '@/shared/format/board-number'
import { Plot } from '@/shared/plot/Plot'
import { PlotFigures } from '@/shared/plot/PlotFigures'
import { PlotLegend } from '@/shared/plot/PlotLegend'
import { formatDayMonth } from '@/shared/time/market-time'
import { placeLabel, SESSION_PLACES } from '@/shared/time/trading-day'
import { IconButton } from '@/shared/ui/IconButton'
import { Notice } from '@/shared/ui/Notice'
import { Pane } from '@/shared/ui/Pane'
import { Segmented } from '@/shared/ui/Segmented'
import { stepsOf } from './day-lines'
import { flowPlot, hasPoints } from './flow-plot'
import { useForeignHistory } from './use-foreign-history'
import { RANGES, type ForeignView } from './use-foreign-view'
import styles from './foreign-flow.module.css'

interface CumulativeFlowProps {
  net: number
  asOf: string | null
  scope: string
  view: ForeignView
}

const FIGURE_STEP = 5 // minutes between two rows of the table
const SHOWN_RANGES = [...RANGES.filter((range) => range !== 'day' && range !== '5d').reverse(), 'day', '5d'] as const

/** How the day came to its net: the running total around zero, what each minute added, and a usual day. */
export function CumulativeFlow({ net, asOf, scope, view }: CumulativeFlowProps) {
  const { t } = useTranslation()
  const [isTable, setIsTable] = useState(false)
  const history = useForeignHistory(net, asOf)
  const plot = useMemo(() => flowPlot(history, view.range), [history, view.range])
  const steps = useMemo(() => stepsOf(history.today), [history.today])

  const timeOf = (place: number): string => {
    const day = view.range === '5d' ? `${formatDayMonth(history.days[Math.floor(place / SESSION_PLACES)]?.date)} ` : ''
    return day + placeLabel(place % SESSION_PLACES)
  }
  const read = (at: number): string => {
    const value = plot.net[at + plot.from]
    return `${timeOf(at + plot.from)}  ${value == null ? '–' : `${formatSignedBillions(value)} ${t('foreign/billion')}`}`
  }
  const figures = (): string[][] =>
    history.today.flatMap((value, place) => {
      const isShown = place % FIGURE_STEP === 0 || place === history.today.length - 1
      if (value === null || !isShown) return []
      const mean = history.mean[place]
      return [[placeLabel(place), formatSignedBillions(value), formatSignedBillions(steps[place] ?? 0, 2), mean == null ? '' : formatSignedBillions(mean)]]
    }).reverse()

  return (
    <Pane
      className={styles.cumulative}
      title={t('foreign/cumulative')}
      note={t('foreign/cumulativeNote', { scope })}
      end={
        <>
          {history.meanDays && view.range !== '5d' ? <PlotLegend shape="dash">{t('foreign/mean', { days: history.meanDays })}</PlotLegend> : null}
          <Segmented
            isSmall
            label={t('foreign/range')}
            value={view.range}
            options={SHOWN_RANGES.map((range) => ({ value: range, text: t(`foreign/range.${range}`) }))}
            onChoose={view.setRange}
          />
          <IconButton icon="table" label={t(isTable ? 'foreign/chart' : 'foreign/table')} aria-pressed={isTable} onClick={() => setIsTable((is) => !is)} />
        </>
      }
    >
      {isTable ? (
        <PlotFigures
          caption={t('foreign/cumulative')}
          head={[t('foreign/time'), t('foreign/cumulative'), t('foreign/perMinuteFlow'), t('foreign/mean', { days: history.meanDays })]}
          rows={figures()}
        />
      ) : history.hasDatabase && hasPoints(plot) ? (
        <Plot label={t('foreign/cumulative')} spec={plot.spec} read={read} />
      ) : (
        <Notice title={t('foreign/noHistory')} icon="clock">
          {history.hasDatabase ? null : t('foreign/noDatabase')}
        </Notice>
      )}
    </Pane>
  )
}
