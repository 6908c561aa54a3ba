import { useTranslation } from 'react-i18next'
import { formatBillions, formatNumber, formatSigned } from '@/shared/format/board-number'
import { directionOf } from '@/shared/format/price-band'
import { useIndex } from '@/shared/market-store/market-context'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import styles from './chart.module.css'

/** An index has no book and no prints of its own: what moved it, and how much was traded. */
export function IndexFacts({ index: id }: { index: string }) {
  const { t } = useTranslation()
  const index = useIndex(id)
  if (!index) return null
  const moment = parseMoment(index.last_updated)
  const share = index.advance_ratio == null ? '–' : `${formatNumber(index.advance_ratio * 100, 1)}%`
  return (
    <section className={styles.facts} aria-labelledby="index-facts">
      <h2 id="index-facts">{t('chart/facts', { symbol: id })}</h2>
      <dl>
        <dt>{t('chart/prior')}</dt>
        <dd>{formatNumber(index.prior_value, 2)}</dd>
        <dt>{t('chart/change')}</dt>
        <dd className={directionOf(index.change)}>{formatSigned(index.change, 2)}</dd>
        <dt>{t('chart/advances')}</dt>
        <dd>
          <span className="up">▲ {index.advances ?? 0}</span> <span className="ceil">({index.ceilings ?? 0})</span>
        </dd>
        <dt>{t('chart/noChanges')}</dt>
        <dd className="ref">■ {index.no_changes ?? 0}</dd>
        <dt>{t('chart/declines')}</dt>
        <dd>
          <span className="down">▼ {index.declines ?? 0}</span> <span className="floor">({index.floors ?? 0})</span>
        </dd>
        <dt>{t('chart/advanceRatio')}</dt>
        <dd>{share}</dd>
        <dt>{t('chart/turnover')}</dt>
        <dd>
          {formatBillions(index.total_value ?? 0)} {t('indices/billion')}
        </dd>
        <dt>{t('chart/dayVolume')}</dt>
        <dd>{formatNumber(index.total_volume ?? 0)}</dd>
        <dt>{t('chart/putThrough')}</dt>
        <dd>{formatNumber(index.put_through_volume ?? 0)}</dd>
        <dt>{t('chart/updated')}</dt>
        <dd>{moment === null ? '–' : formatClock(moment)}</dd>
      </dl>
    </section>
  )
}
