import { useTranslation } from 'react-i18next'
import type { Config, Health } from '@/shared/api/client'
import { FeedDot } from '@/shared/feed/FeedDot'
import { useFreshness } from '@/shared/feed/use-freshness'
import { formatNumber } from '@/shared/format/board-number'
import { useMarket } from '@/shared/market-store/market-context'
import { formatAge } from '@/shared/time/format-age'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import { useNow } from '@/shared/time/use-now'
import { Kpi, KpiRow } from '@/shared/ui/Kpi'
import { useLink } from '@/shared/ws/use-web-socket'
import { quantileOf, type TimedScrape } from './metric-rates'
import { total } from './samples'

interface SystemCardsProps {
  before: TimedScrape | null
  now: TimedScrape | null
  health: Health | undefined
  config: Config | undefined
}

/** Can what is on the screen be trusted? */
export function SystemCards({ before, now, health, config }: SystemCardsProps) {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { status, statusAt, lostAt } = useLink(socket)
  const { word } = useFreshness()
  const nowMs = useNow()
  // A link that is down or silent has a beginning of its own: the feed's last word is not what is so now.
  const since = status?.state === word ? parseMoment(status.since) : lostAt
  const silenceS = status ? Math.min(...Object.values(status.ages ?? {}), Infinity) + Math.max(0, nowMs - statusAt) / 1000 : Infinity
  const lag = quantileOf(before, now, 'feed_lag_seconds', 0.99)
  const median = quantileOf(before, now, 'feed_lag_seconds', 0.5)
  const reconnects = now ? (total(now.scrape, 'ssi_reconnects_total') ?? 0) : null
  const missed = now ? total(now.scrape, 'missed_volume_total') : null
  const agreement = now ? total(now.scrape, 'classifier_agreement_ratio') : null
  return (
    <KpiRow label={t('system/title')}>
      <Kpi
        isHero
        label={t('system/feed')}
        context={[status ? t(`source/${status.source}`) : '', since === null ? '' : t('system/since', { time: formatClock(since) })].filter(Boolean).join(' · ')}
      >
        <FeedDot word={word} isLarge /> {t(`feed/${word}`)}
      </Kpi>
      <Kpi label={t('system/lag')} unit={lag === null ? '' : 's'} context={median === null ? '' : t('system/lagMedian', { s: formatNumber(median, 2) })}>
        {lag === null ? '–' : formatNumber(lag, 2)}
      </Kpi>
      <Kpi label={t('system/silence')} context={t('system/silenceLimit')}>
        {Number.isFinite(silenceS) ? formatAge(silenceS) : '–'}
      </Kpi>
      <Kpi label={t('system/reconnects')} context={t('system/sinceStart')} isExtra>
        {reconnects === null ? '–' : formatNumber(reconnects)}
      </Kpi>
      <Kpi label={t('system/missed')} context={health ? t('system/missedNote', { count: health.open_gaps }) : t('system/sinceStart')}>
        {missed === null ? '–' : formatNumber(missed)}
      </Kpi>
      <Kpi label={t('system/agreement')} context={t('system/agreementNote')} isExtra>
        {agreement === null ? '–' : `${formatNumber(agreement * 100, 1)}%`}
      </Kpi>
      <Kpi label={t('system/backlog')} unit={health?.spool ? t('system/rows') : ''} context={health?.spool ? t('system/oldest', { s: formatNumber(health.spool.oldest_s, 1) }) : t(health ? 'system/noSpool' : 'system/unreachable')}>
        {health?.spool ? formatNumber(health.spool.rows) : '–'}
      </Kpi>
      <Kpi label={t('system/version')} context={t('system/dashboardVersion', { version: DASHBOARD_VERSION })} isExtra>
        {config?.version ?? '–'}
      </Kpi>
    </KpiRow>
  )
}
