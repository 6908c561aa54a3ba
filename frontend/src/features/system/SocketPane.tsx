import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ApiError, fetchConnections, fetchWebSocketStats } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import { quantileOf, rateOf, type TimedScrape } from './metric-rates'
import { total } from './samples'
import styles from './system.module.css'

const POLL_MS = 5000
const NO_RIGHT: ReadonlySet<number> = new Set([401, 403])

/** Who is connected, and whether anybody is too slow. */
export function SocketPane({ before, now }: { before: TimedScrape | null; now: TimedScrape | null }) {
  const { t } = useTranslation()
  const stats = useQuery({ queryKey: ['ws-stats'], queryFn: ({ signal }) => fetchWebSocketStats(signal), refetchInterval: POLL_MS })
  const clients = useQuery({ queryKey: ['ws-connections'], queryFn: ({ signal }) => fetchConnections(signal), refetchInterval: POLL_MS })
  const bytes = rateOf(before, now, 'ws_bytes_sent_total')
  const data = stats.isError ? undefined : stats.data
  const isForbidden = stats.error instanceof ApiError && NO_RIGHT.has(stats.error.httpStatus)
  const closes = Object.entries(data?.channels ?? {}).flatMap(([, channel]) => Object.entries(channel.closes))
  const byCode = new Map<string, number>()
  for (const [code, count] of closes) byCode.set(code, (byCode.get(code) ?? 0) + count)
  const figure = (value: number | null, decimals = 0): string => (value === null ? '–' : formatNumber(value, decimals))
  return (
    <Pane
      title="WebSocket"
      className={styles.sockets}
      note={data ? t('system/clients', { count: data.connections }) : ''}
      end={<b>{bytes === null ? '–' : `${formatNumber(bytes / 1000, 1)} kB/s`}</b>}
    >
      {data ? (
        <div className={styles.scroll} tabIndex={0} role="group" aria-label="WebSocket">
          <table className={styles.table}>
            <caption className="sr-only">WebSocket</caption>
            <thead>
              <tr>
                <th scope="col" className={styles.text}>{t('system/channel')}</th>
                <th scope="col">{t('system/clientCount')}</th>
                <th scope="col">{t('system/frames')}</th>
                <th scope="col" className={styles.desk}>kB/s</th>
                <th scope="col" className={styles.desk}>{t('system/skips')}</th>
                <th scope="col" className={styles.desk}>{t('system/push')}</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(data.channels).map(([channel, figures]) => {
                const push = quantileOf(before, now, 'ws_publish_seconds', 0.99, { channel })
                const kilobytes = rateOf(before, now, 'ws_bytes_sent_total', { channel })
                return (
                  <tr key={channel}>
                    <th scope="row" className={styles.text}>
                      <code>{channel === 'v1' ? '/v1/ws' : `/ws/${channel}`}</code>
                    </th>
                    <td>{figures.connections}</td>
                    <td>{figure(rateOf(before, now, 'ws_messages_sent_total', { channel }), 1)}</td>
                    <td className={styles.desk}>{figure(kilobytes === null ? null : kilobytes / 1000, 1)}</td>
                    <td className={`${styles.desk} ${figures.skips ? styles.warn : styles.dim}`}>{figures.skips}</td>
                    <td className={`${styles.desk} ${styles.dim}`}>{push === null ? '–' : `${formatNumber(push * 1000, 1)} ms`}</td>
                  </tr>
                )
              })}
              <tr>
                <th scope="row" className={`${styles.text} ${styles.dim}`}>{t('system/closes')}</th>
                <td colSpan={5}>{byCode.size ? [...byCode].sort().map(([code, count]) => `${code} × ${count}`).join('  ') : '–'}</td>
              </tr>
              <tr>
                <th scope="row" className={`${styles.text} ${styles.dim}`}>{t('system/sessions')}</th>
                <td colSpan={5}>{t('system/sessionFigures', { subscriptions: data.subscriptions, resumes: data.resumes, saved: data.saved_sessions })}</td>
              </tr>
              {clients.data?.map((client) => (
                <tr key={client.id}>
                  <th scope="row" className={styles.text}>
                    <code>#{client.id}</code> {client.address}
                  </th>
                  <td colSpan={5} className={client.skips ? styles.warn : ''}>
                    {t('system/client', {
                      path: client.path, frames: formatNumber(client.frames), kb: formatNumber(client.bytes / 1000), skips: client.skips, unsent: formatNumber(client.unsent_bytes),
                    })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className={styles.waiting}>
          {isForbidden ? t('system/operatorsOnly') : stats.isError ? t('system/unreachable') : t('system/collecting')}
          {now ? ` ${t('system/clients', { count: total(now.scrape, 'ws_connections_active') ?? 0 })}.` : ''}
        </p>
      )}
    </Pane>
  )
}
