import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import type { TimedScrape } from './metric-rates'
import { labelsOf, total } from './samples'
import styles from './system.module.css'

/** Messages that changed nothing, by what was wrong with them. */
export function RejectedPane({ now }: { now: TimedScrape | null }) {
  const { t } = useTranslation()
  const name = 'ssi_messages_rejected_total'
  const rows = now ? labelsOf(now.scrape, name, 'reason').map((reason) => ({ reason, count: total(now.scrape, name, { reason }) ?? 0 })) : []
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return (
    <Pane title={t('system/rejected')} note={t('system/sinceStart')} className={styles.rejected}>
      {rows.length ? (
        <ul className={styles.bars}>
          {rows
            .sort((a, b) => b.count - a.count)
            .map(({ reason, count }) => (
              <li key={reason}>
                <code>{reason}</code>
                <span className={styles.track} aria-hidden="true">
                  <i style={{ width: `${(count / most) * 100}%` }} />
                </span>
                <b>{formatNumber(count)}</b>
              </li>
            ))}
        </ul>
      ) : (
        <p className={styles.waiting}>{now ? t('system/noneRejected') : '–'}</p>
      )}
    </Pane>
  )
}
