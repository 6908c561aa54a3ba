import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { formatPrice, type PriceUnit } from '@/shared/format/board-number'
import type { SymbolState } from '@/shared/market-store/market-store'
import { usePalette, useTheme } from '@/shared/preferences/use-appearance'
import { drawDayChart } from './day-chart-drawing'
import { placeTime, tableRows } from './day-table'
import { DrawerSection } from './DrawerSection'
import { useDayLine } from './use-day-line'
import styles from './drawer.module.css'

export function DayChart({ state, unit }: { state: SymbolState; unit: PriceUnit }) {
  const { t } = useTranslation()
  const { price } = state
  const { points, state: loading } = useDayLine(state)
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const palette = usePalette()
  const reference = price.ref_price ?? null
  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const draw = (): void => drawDayChart(element, { points, reference, unit })
    const observer = new ResizeObserver(draw) // draws at once, too
    observer.observe(element)
    return () => observer.disconnect()
    // Canvas does not follow CSS variables: theme and palette only cause a redraw.
  }, [points, reference, unit, theme, palette])
  const range = [
    price.low ? `${t('drawer/low')} ${formatPrice(price.low, unit)}` : '',
    price.avg_price ? `${t('drawer/average')} ${formatPrice(price.avg_price, unit)}` : '',
    price.high ? `${t('drawer/high')} ${formatPrice(price.high, unit)}` : '',
  ]
  return (
    <DrawerSection title={t('drawer/day')} note={range.filter(Boolean).join(' · ')}>
      <div className={styles.chart}>
        {points.length ? <canvas ref={canvas} aria-hidden="true" /> : <p className={styles.none}>{t(loading === 'loading' ? 'drawer/loading' : loading === 'failed' ? 'drawer/noHistory' : 'drawer/noPrints')}</p>}
      </div>
      {points.length && loading === 'failed' ? <p className={styles.caption}>{t('drawer/noHistory')}</p> : null}
      <table className="sr-only">
        <caption>{t('drawer/dayTable')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('drawer/time')}</th>
            <th scope="col">{t('drawer/priceColumn')}</th>
          </tr>
        </thead>
        <tbody>
          {tableRows(points).map((point) => (
            <tr key={point.place}>
              <th scope="row">{placeTime(point.place)}</th>
              <td>{formatPrice(point.value, unit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </DrawerSection>
  )
}
