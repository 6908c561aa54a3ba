import { useTranslation } from 'react-i18next'
import { flowClass, formatPercent, formatSignedBillions } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import { SymbolLink } from '@/shared/ui/SymbolLink'
import { topRows, totalNet } from './foreign-totals'
import type { ForeignRow } from './foreign-rows'
import styles from './foreign-flow.module.css'

interface TopListProps {
  rows: readonly ForeignRow[]
  side: 'buy' | 'sell'
  /** VND: the length of a full bar, the same in both lists. */
  largest: number
}

export function TopList({ rows, side, largest }: TopListProps) {
  const { t } = useTranslation()
  const top = topRows(rows, side)
  return (
    <Pane
      title={t(side === 'buy' ? 'foreign/topBuy' : 'foreign/topSell')}
      end={<b className={side}>{formatSignedBillions(totalNet(rows, side))}</b>}
    >
      {top.length ? (
        <ol className={styles.ranks}>
          {top.map((row, i) => (
            <li key={row.symbol}>
              <span className={styles.rank}>{i + 1}</span>
              <SymbolLink symbol={row.symbol} band={row.band} />
              <span className={styles.rankTrack} aria-hidden="true">
                <i className={side === 'buy' ? styles.inflow : styles.outflow} style={{ width: `${(Math.abs(row.net) / Math.max(1, largest)) * 100}%` }} />
              </span>
              <b className={flowClass(row.net)}>{formatSignedBillions(row.net)}</b>
              <span className={styles.rankPct}>{row.changePct === null ? '' : formatPercent(row.changePct)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p className={styles.none}>{t('foreign/nobody')}</p>
      )}
    </Pane>
  )
}
