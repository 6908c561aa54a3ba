import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { IndexData } from '@/shared/api/models'
import { formatBillions, formatNumber, formatPercent } from '@/shared/format/board-number'
import { directionMark, directionOf } from '@/shared/format/price-band'
import { useIndex } from '@/shared/market-store/market-context'
import { sessionPlace, SESSION_PLACES } from '@/shared/time/trading-day'
import { Sparkline } from '@/shared/ui/Sparkline'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'
import { BreadthBar } from './BreadthBar'
import { breadthOf } from './breadth'
import { EmptyCard } from './EmptyCard'
import styles from './index-strip.module.css'

const sparkPoints = (index: IndexData | undefined): readonly SparkPoint[] =>
  (index?.intraday ?? []).flatMap(({ timestamp, value }) => {
    const place = sessionPlace(timestamp)
    return place === null ? [] : { place, value }
  })

export function IndexCard({ indexId, name, isSecondary = false }: { indexId: string; name: string; isSecondary?: boolean }) {
  const { t } = useTranslation()
  const index = useIndex(indexId)
  const points = useMemo(() => sparkPoints(index), [index])
  if (!index?.value) return <EmptyCard name={name} isSecondary={isSecondary} />
  const breadth = breadthOf(index)
  const counts = { up: breadth.up + breadth.ceil, ceil: breadth.ceil, flat: breadth.ref, down: breadth.down + breadth.floor, floor: breadth.floor }
  return (
    <article className={`${styles.card} ${isSecondary ? styles.secondary : ''}`} aria-label={name}>
      <span className={styles.name}>
        <b>{name}</b>
        {index.total_value ? (
          <span className={styles.turnover}>
            {formatBillions(index.total_value)} {t('indices/billion')}
          </span>
        ) : null}
      </span>
      <span className={`${styles.value} ${directionOf(index.change)}`}>
        <b>{formatNumber(index.value, 2)}</b>
        <span className={styles.change}>
          {directionMark(index.change)} {formatNumber(Math.abs(index.change), 2)}
        </span>
        <span>{formatPercent(index.ratio_change)}</span>
      </span>
      <Sparkline className={styles.spark} points={points} places={SESSION_PLACES} reference={index.prior_value || null} />
      <span className={styles.foot}>
        <span className="sr-only">{t('indices/breadth', counts)}</span>
        <span aria-hidden="true">
          <span className="up">▲{counts.up}</span>
          <span className="ceil">({counts.ceil})</span> <span className="ref">■{counts.flat}</span>{' '}
          <span className="down">▼{counts.down}</span>
          <span className="floor">({counts.floor})</span>
        </span>
        <BreadthBar breadth={breadth} />
      </span>
    </article>
  )
}
