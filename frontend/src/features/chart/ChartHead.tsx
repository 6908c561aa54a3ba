import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber, formatPercent, formatSigned, priceDecimals, shownPrice } from '@/shared/format/board-number'
import { directionMark, directionOf, priceBand } from '@/shared/format/price-band'
import { Segmented } from '@/shared/ui/Segmented'
import { INTERVALS, rangesOf } from './intervals'
import { SymbolChooser } from './SymbolChooser'
import { LAYERS, type ChartUrl, type Layer } from './use-chart-url'
import type { Instrument } from './use-instrument'
import styles from './chart.module.css'

const STOCKS_ONLY: ReadonlySet<Layer> = new Set(['foreign'])
const NOT_OF_INDICES: ReadonlySet<Layer> = new Set(['delta', 'foreign'])

/** The layers there can be of an instrument. */
export const layersFor = (instrument: Instrument): readonly Layer[] =>
  LAYERS.filter((layer) => {
    if (instrument.kind === 'index' && NOT_OF_INDICES.has(layer)) return false
    if (instrument.kind === 'future' && STOCKS_ONLY.has(layer)) return false
    return !(layer === 'vn30' && instrument.symbol === 'VN30')
  })

export function ChartHead({ instrument, url, actions }: { instrument: Instrument; url: ChartUrl; actions?: ReactNode }) {
  const { t } = useTranslation()
  return (
    <header className={styles.head}>
      <div className={styles.name}>
        <h1>
          {instrument.alias ?? instrument.symbol} <span className="sr-only">{t('chart/title')}</span>
        </h1>
        <p>
          {instrument.alias ? `${instrument.symbol} · ` : ''}
          {instrument.isExpired ? t('chart/expired') : instrument.kind === 'index' ? t('chart/index') : exchangeOf(instrument, t)}
        </p>
      </div>
      <span className={styles.nameActions}>
        {actions}
        <SymbolChooser chosen={instrument.symbol} onChoose={url.setSymbol} />
      </span>
      <LastPrice instrument={instrument} />
      <div className={styles.choices}>
        <Segmented
          label={t('chart/interval')}
          isSmall
          value={url.interval}
          options={INTERVALS.map((interval) => ({ value: interval, text: t(`chart/i.${interval}`), name: t(`chart/in.${interval}`) }))}
          onChoose={url.setInterval}
        />
        <Segmented
          label={t('chart/range')}
          isSmall
          value={url.range}
          options={rangesOf(url.interval).map((range) => ({ value: range, text: t(`chart/r.${range}`), name: t(`chart/rn.${range}`) }))}
          onChoose={url.setRange}
        />
        <div className={styles.layers} role="group" aria-label={t('chart/layers')}>
          {layersFor(instrument).map((layer) => (
            <button
              key={layer}
              type="button"
              className={styles.chip}
              aria-pressed={url.layers.has(layer)}
              aria-label={t(`chart/ln.${layer}`)}
              title={t(`chart/ln.${layer}`)}
              onClick={() => url.toggleLayer(layer)}
            >
              {t(`chart/l.${layer}`)}
            </button>
          ))}
        </div>
      </div>
    </header>
  )
}

function exchangeOf({ exchange }: Instrument, t: TFunction): string {
  switch (exchange) {
    case 'HOSE':
    case 'HNX':
    case 'UPCOM':
    case 'DERIVATIVES':
      return t(`exchange/${exchange}`)
    default:
      return exchange ?? ''
  }
}

function LastPrice({ instrument: { last, change, changePct, price, unit, kind } }: { instrument: Instrument }) {
  if (!last) return null
  const decimals = kind === 'index' ? 2 : priceDecimals(unit)
  const direction = change ?? 0
  return (
    <div className={`${styles.last} ${(price && priceBand(last, price)) || directionOf(direction)}`}>
      <span className={styles.lastPrice}>{formatNumber(shownPrice(last, unit), decimals)}</span>{' '}
      {change == null ? null : (
        <b>
          {directionMark(direction)} {formatSigned(shownPrice(change, unit), decimals)} {changePct == null ? '' : formatPercent(changePct)}
        </b>
      )}
    </div>
  )
}
