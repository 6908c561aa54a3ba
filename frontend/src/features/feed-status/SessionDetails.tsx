import { useTranslation } from 'react-i18next'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import { formatCountdown } from '@/shared/time/market-time'
import { nextPhase } from '@/shared/time/trading-day'
import { useLink } from '@/shared/ws/use-web-socket'
import { formatAge } from '@/shared/time/format-age'
import { useFreshness } from '@/shared/feed/use-freshness'
import { useNow } from '@/shared/time/use-now'
import styles from './feed-status.module.css'

const EXCHANGES = ['HOSE', 'HNX', 'UPCOM', 'DERIVATIVES'] as const

/** Phase per exchange and age per channel, in the browser's own popover. */
export function SessionDetails({ id, clockMs }: { id: string; clockMs: number | null }) {
  const { t } = useTranslation()
  const session = useSession()
  const { socket } = useMarket()
  const { status, statusAt } = useLink(socket)
  const { word, isStale } = useFreshness()
  const now = useNow()
  const sinceStatusS = Math.max(0, (now - statusAt) / 1000)
  const ages = Object.entries(status?.ages ?? {})
  const phases = session?.phase ?? {}
  return (
    <div id={id} popover="auto" className={styles.details} role="dialog" aria-label={t('session/details')}>
      <dl className={styles.pairs}>
        <dt>{t('session/source')}</dt>
        <dd>{status ? t(`source/${status.source}`) : '–'}</dd>
        <dt>{t('session/state')}</dt>
        <dd>{t(`feed/${word}`)}</dd>
      </dl>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('session/exchange')}</th>
            <th scope="col">{t('session/phase')}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {EXCHANGES.filter((exchange) => exchange in phases).map((exchange) => {
            const phase = phases[exchange] ?? 'unknown'
            const next = clockMs === null || phase === 'closed' || isStale ? null : nextPhase(exchange, clockMs)
            return (
              <tr key={exchange}>
                <th scope="row">{t(`exchange/${exchange}`)}</th>
                <td>{t(`phase/${phase}`)}</td>
                <td>{next ? t('session/next', { phase: t(`phase/${next.phase}`), time: formatCountdown(next.inSeconds) }) : ''}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {ages.length ? (
        <dl className={styles.pairs}>
          {ages.map(([channel, ageS]) => (
            <div key={channel} className={styles.pair}>
              <dt>{channel}</dt>
              <dd>
                {formatAge(ageS + sinceStatusS)}
                {status?.muted_channels?.includes(channel) ? ` · ${t('session/muted')}` : ''}
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className={styles.dim}>{t('session/noAges')}</p>
      )}
    </div>
  )
}
