import { useTranslation } from 'react-i18next'
import { flowClass, formatMillions, formatNumber, formatShare, formatSignedBillions, formatSignedMillions } from '@/shared/format/board-number'
import { Kpi, KpiRow } from '@/shared/ui/Kpi'
import { SplitBar } from '@/shared/ui/SplitBar'
import { buyShare, type Sides, type VolumeTotals } from './active-volume'
import styles from './volume-analysis.module.css'

interface VolumeCardsProps {
  totals: VolumeTotals
  /** The last five minutes; null without a history. */
  recent: Sides | null
  agreement: number | null
}

const BALANCED_PCT = 50

export function VolumeCards({ totals, recent, agreement }: VolumeCardsProps) {
  const { t } = useTranslation()
  const { buy, sell, neutral, total } = totals.part
  const day = buyShare(totals.part)
  const lately = recent && buyShare(recent)
  const side = (share: number): string => flowClass(share - BALANCED_PCT)
  return (
    <KpiRow label={t('volume/cards')}>
      <div className={styles.hero}>
        <span className={styles.heroLine}>
          <span>
            <b className="buy">{formatShare(buy, total)}</b> {t('volume/activeBuy')} · {formatMillions(buy)} {t('volume/million')}
          </span>
          <span>
            {t('volume/neutral')} {formatShare(neutral, total)}
          </span>
          <span>
            {t('volume/activeSell')} · {formatMillions(sell)} {t('volume/million')} <b className="sell">{formatShare(sell, total)}</b>
          </span>
        </span>
        <SplitBar size="tall" buy={buy} neutral={neutral} sell={sell} />
      </div>
      <Kpi label={t('volume/net')} unit={t('volume/millionShares')} context={t('volume/netDay', { value: formatSignedBillions(totals.netValue) })}>
        <span className={flowClass(buy - sell)}>{formatSignedMillions(buy - sell)}</span>
      </Kpi>
      <Kpi
        label={t('volume/lastMinutes')}
        unit={lately === null ? undefined : t('volume/buyWord')}
        context={day === null ? undefined : t('volume/day', { share: formatShare(day, 100) })}
      >
        {lately === null ? '–' : <span className={side(lately)}>{formatShare(lately, 100)}</span>}
      </Kpi>
      <Kpi
        isExtra
        label={t('volume/agreement')}
        context={t('volume/missed', { volume: formatNumber(totals.missed), share: formatShare(totals.missed, total, 3) })}
      >
        {agreement === null ? <span title={t('volume/noComparison')}>–</span> : formatShare(agreement, 100)}
      </Kpi>
    </KpiRow>
  )
}
