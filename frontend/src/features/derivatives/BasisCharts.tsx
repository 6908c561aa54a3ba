import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { DerivativesData } from '@/shared/api/models'
import { ChartFigure } from '@/shared/charts/ChartFigure'
import { Legend } from '@/shared/charts/Legend'
import { SeriesChart } from '@/shared/charts/SeriesChart'
import { Notice } from '@/shared/ui/Notice'
import { Segmented } from '@/shared/ui/Segmented'
import type { BasisSample } from './basis-sample'
import { BASIS_RANGES, bandOf, basisContent, basisRows, placesFor, pricesContent, type BasisRangeName } from './basis-series'
import type { Spread } from './convergence'
import type { BasisDays } from './use-basis'
import styles from './derivatives.module.css'

interface BasisChartsProps {
  future: DerivativesData
  day: readonly BasisSample[]
  days: BasisDays
  spread: Spread | null
  range: BasisRangeName
  onRange: (range: BasisRangeName) => void
}

/** The basis around zero and, on the same time axis, the two prices it is made of. */
export function BasisCharts({ future, day, days, spread, range, onRange }: BasisChartsProps) {
  const { t } = useTranslation()
  const places = useMemo(() => placesFor(range, range === '5d' ? days.samples : day), [range, day, days.samples])
  const view = `${future.symbol} ${range}`
  const basis = useMemo(() => basisContent(view, places, bandOf(spread, range)), [view, places, spread, range])
  const prices = useMemo(() => pricesContent(view, places), [view, places])
  const name = future.alias ?? future.symbol
  const table = useMemo(
    () => ({ columns: [t('derivatives/time'), t('derivatives/basis'), '%', name, 'VN30'], rows: basisRows(places, range) }),
    [t, name, places, range],
  )
  const isEmpty = places.places.every((place) => place === null)
  const vacancy = isEmpty ? (
    <Notice title={range === '5d' && days.error ? t('derivatives/noHistory') : t('derivatives/noPoints')} icon="clock">
      {t('derivatives/noPointsNote')}
    </Notice>
  ) : null
  const hatched = basis.hatched?.length ? <Legend colour="--text-3" shape="hatched">{t('derivatives/missing')}</Legend> : null
  return (
    <>
      <ChartFigure
        className={styles.basisPane}
        title={t('derivatives/basis')}
        note={t('derivatives/basisNote', { symbol: future.symbol })}
        legend={
          <>
            <Legend colour="--premium" shape="box">{t('derivatives/premium')}</Legend>
            <Legend colour="--discount" shape="box">{t('derivatives/discount')}</Legend>
            {spread ? <Legend colour="--text-3" shape="box">{t('derivatives/band', { count: spread.sessions })}</Legend> : null}
            {hatched}
          </>
        }
        tools={
          <Segmented
            label={t('derivatives/range')}
            isSmall
            value={range}
            options={BASIS_RANGES.map((value) => ({ value, text: t(`derivatives/r.${value}`), name: t(`derivatives/rn.${value}`) }))}
            onChoose={onRange}
          />
        }
        table={table}
      >
        {vacancy ?? <SeriesChart content={basis} />}
      </ChartFigure>
      <ChartFigure
        className={styles.pricePane}
        title={t('derivatives/overlay')}
        legend={
          <>
            <Legend colour="--accent">{name}</Legend>
            <Legend colour="--text-2">VN30</Legend>
          </>
        }
        table={table}
      >
        {vacancy ?? <SeriesChart content={prices} />}
      </ChartFigure>
    </>
  )
}
