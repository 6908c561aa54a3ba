import { useTranslation } from 'react-i18next'
import { FeedDot } from '@/shared/feed/FeedDot'
import { useFreshness } from '@/shared/feed/use-freshness'
import { formatNumber } from '@/shared/format/board-number'
import { useMarket } from '@/shared/market-store/market-context'
import { formatAge } from '@/shared/time/format-age'
import { useNow } from '@/shared/time/use-now'
import { useLink } from '@/shared/ws/use-web-socket'
import { channelRows } from './channel-rows'
import type { TimedScrape } from './metric-rates'
import styles from './system.module.css'

const KNOWN = ['X-TRADE', 'X-QUOTE', 'X', 'R', 'MI', 'B', 'F', 'OL'] as const

/** State and age of each channel. */
export function ChannelTable({ before, now }: { before: TimedScrape | null; now: TimedScrape | null }) {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { status, statusAt } = useLink(socket)
  const { word } = useFreshness()
  const nowMs = useNow()
  const rows = channelRows(status, word, Math.max(0, nowMs - statusAt) / 1000, before, now)
  return (
    <table className={styles.table} data-testid="channels">
      <caption className="sr-only">{t('system/channels')}</caption>
      <thead>
        <tr>
          <th scope="col" className={styles.text}>{t('system/channel')}</th>
          <th scope="col" className={`${styles.text} ${styles.desk}`}>{t('system/content')}</th>
          <th scope="col" className={styles.text}>{t('system/state')}</th>
          <th scope="col">{t('system/age')}</th>
          <th scope="col">{t('system/perSecond')}</th>
          <th scope="col" className={styles.desk}>{t('system/messages')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ channel, state, ageS, perSecond, messages }) => {
          const known = KNOWN.find((name) => name === channel)
          return (
            <tr key={channel}>
              <th scope="row" className={styles.text}>{channel}</th>
              <td className={`${styles.text} ${styles.desk} ${styles.dim}`}>{known ? t(`system/of.${known}`) : ''}</td>
              <td className={styles.text}>
                <span className={styles.state}>
                  <FeedDot word={state} /> {state === 'mute' ? t('session/muted') : state === 'unknown' ? '–' : t(`feed/${state}`)}
                </span>
              </td>
              <td>{ageS === null ? '–' : formatAge(ageS)}</td>
              <td>{perSecond === null ? '–' : formatNumber(perSecond)}</td>
              <td className={`${styles.desk} ${styles.dim}`}>{messages === null ? '–' : formatNumber(messages)}</td>
            </tr>
          )
        })}
        {rows.length ? null : (
          <tr>
            <td colSpan={6} className={styles.text}>{t('session/noAges')}</td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
