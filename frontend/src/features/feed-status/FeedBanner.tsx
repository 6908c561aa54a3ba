import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import { formatClock, formatDate } from '@/shared/time/market-time'
import { Button } from '@/shared/ui/Button'
import { Icon } from '@/shared/ui/Icon'
import { useLink } from '@/shared/ws/use-web-socket'
import { BANNER_LOOK, chooseBanner, type BannerKind } from './banner-choice'
import { useFreshness } from '@/shared/feed/use-freshness'
import { useNow } from '@/shared/time/use-now'
import styles from './feed-status.module.css'

const DISMISSIBLE: ReadonlySet<BannerKind> = new Set(['simulator', 'closed'])
const RETRIABLE: ReadonlySet<BannerKind> = new Set(['lost', 'polling', 'refused'])

export function FeedBanner() {
  const { t } = useTranslation()
  const freshness = useFreshness()
  const session = useSession()
  const { store, socket } = useMarket()
  const link = useLink(socket)
  const now = useNow()
  // Read once and put away; the session cell goes on saying it.
  const [dismissed, setDismissed] = useState<BannerKind | null>(null)
  const chosen = chooseBanner(freshness, session, link.failures)
  const kind = chosen === dismissed ? null : chosen
  const [icon, tone] = kind ? BANNER_LOOK[kind] : (['info', 'calm'] as const)
  const { exchangeMs } = store.getDataTime()
  const time = formatClock(exchangeMs)
  const seconds = (sinceMs: number | null): number => Math.max(0, Math.round((now - (sinceMs ?? now)) / 1000))
  const date = formatDate(session?.trading_date)

  const sentence = (of: BannerKind): string => {
    switch (of) {
      case 'lost': return exchangeMs ? t('banner/lost', { s: seconds(link.lostAt), time }) : t('banner/lostEmpty')
      case 'refused': return t(exchangeMs ? 'banner/refused' : 'banner/refusedEmpty', { code: link.error?.replace('close_', '') ?? '', time })
      case 'failed': return link.status?.reason ? t('banner/failed', { reason: link.status.reason }) : t('banner/failedPlain')
      case 'stalled': return t('banner/stalled', { s: Math.round(freshness.ageS ?? 0), time })
      case 'reconnecting': return exchangeMs ? t('banner/reconnecting', { time }) : t('banner/reconnectingEmpty')
      case 'partial': return t('banner/partial', { channels: (link.status?.muted_channels ?? []).join(', ') })
      case 'replay': return t('banner/replay', { date })
      case 'closed': return t('banner/closed', { date })
      default: return t(`banner/${of}`)
    }
  }
  const isOtherSource = freshness.source && freshness.source !== 'ssi' && kind !== freshness.source
  return (
    <>
      {/* Said once per change; the ticking seconds below are for the eye only. */}
      <div role="status" className="sr-only">
        {kind ? `${freshness.source ? t(`source/${freshness.source}`) : ''} ${t(`feed/${freshness.word}`)}` : ''}
      </div>
      {kind ? (
        <section aria-label={t('session/state')} className={styles.banner} data-kind={kind} data-tone={tone}>
          <Icon name={icon} />
          {isOtherSource ? <span className={styles.source}>{t(`sourceTag/${freshness.source ?? 'ssi'}`)}</span> : null}
          <span>
            {sentence(kind)}
            {kind === 'lost' && link.retryAt ? <span className={styles.dim}> {t('banner/retry', { s: Math.max(0, Math.ceil((link.retryAt - now) / 1000)) })}</span> : null}
          </span>
          {RETRIABLE.has(kind) ? (
            <Button isSmall className={styles.action} onClick={socket.reconnect}>
              {t(kind === 'polling' ? 'banner/reconnect' : 'banner/now')}
            </Button>
          ) : null}
          {DISMISSIBLE.has(kind) ? (
            <Button isSmall className={styles.action} onClick={() => setDismissed(kind)}>
              {t('banner/dismiss')}
            </Button>
          ) : null}
        </section>
      ) : null}
    </>
  )
}
