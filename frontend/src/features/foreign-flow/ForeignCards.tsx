import { useTranslation } from 'react-i18next'
import type { ForeignSummary } from '@/shared/api/models'
import { billionsClass, formatBillions, formatShare, formatSignedBillions } from '@/shared/format/board-number'
import { Kpi, KpiRow } from '@/shared/ui/Kpi'
import { SplitBar } from '@/shared/ui/SplitBar'
import type { ForeignRow } from './foreign-rows'
import { foreignBreadth, foreignSpeeds, trendOf, turnoverShare } from './foreign-totals'
import styles from './foreign-flow.module.css'

export function ForeignCards({ summary, rows }: { summary: ForeignSummary; rows: readonly ForeignRow[] }) {
  const { t } = useTranslation()
  const buy = summary.total_buy_value ?? 0
  const sell = summary.total_sell_value ?? 0
  const net = summary.total_net_value ?? 0
  const speeds = foreignSpeeds(rows)
  const breadth = foreignBreadth(rows)
  const share = turnoverShare(buy, sell, rows)
  const isEstimated = rows.some((row) => row.flow.values_estimated)
  return (
    <KpiRow label={t('foreign/cards')}>
      <Kpi
        isHero
        label={
          <>
            {t('foreign/net')} <span className={styles.scope}>{summary.scope}</span>
            {isEstimated ? <span className={styles.dim}>≈ {t('foreign/estimated')}</span> : null}
          </>
        }
        unit={t('foreign/billion')}
      >
        <span className={billionsClass(net)} data-testid="foreign-net">
          {formatSignedBillions(net)}
        </span>
      </Kpi>
      <div className={styles.sides}>
        <span className={styles.ends}>
          <span>
            {t('foreign/buy')} <b className="buy">{formatBillions(buy)}</b>
          </span>
          <span>
            {t('foreign/sell')} <b className="sell">{formatBillions(sell)}</b>
          </span>
        </span>
        <SplitBar buy={buy} sell={sell} />
        <span className={styles.ends}>
          <span>{formatShare(buy, buy + sell)}</span>
          {share === null ? null : <span>{t('foreign/share', { share: formatShare(share, 100) })}</span>}
          <span>{formatShare(sell, buy + sell)}</span>
        </span>
      </div>
      <Kpi
        label={<span title={t('foreign/speedNote')}>{t('foreign/netSpeed')}</span>}
        unit={t('foreign/perMinute')}
        context={
          <>
            {t('foreign/minuteAgo', { value: formatSignedBillions(speeds.netAMinuteAgo, 2) })}
            <span className={styles.trend}> · {t(`foreign/trend.${trendOf(speeds)}`)}</span>
          </>
        }
      >
        <span className={billionsClass(speeds.net, 2)}>{formatSignedBillions(speeds.net, 2)}</span>
      </Kpi>
      <Kpi
        isExtra
        label={t('foreign/buySpeed')}
        unit={t('foreign/perMinute')}
        context={t('foreign/acceleration', { value: formatSignedBillions(speeds.buyAcceleration, 2) })}
      >
        {formatBillions(speeds.buy, 2)}
      </Kpi>
      <Kpi
        isExtra
        label={t('foreign/sellSpeed')}
        unit={t('foreign/perMinute')}
        context={t('foreign/acceleration', { value: formatSignedBillions(speeds.sellAcceleration, 2) })}
      >
        {formatBillions(speeds.sell, 2)}
      </Kpi>
      <Kpi label={t('foreign/breadth')} context={t('foreign/room', { full: breadth.full, nearly: breadth.nearlyFull })}>
        <span className="buy">▲{breadth.bought}</span> <small>{t('foreign/bought')}</small> <span className="sell">▼{breadth.sold}</span>{' '}
        <small>{t('foreign/sold')}</small>
      </Kpi>
    </KpiRow>
  )
}
