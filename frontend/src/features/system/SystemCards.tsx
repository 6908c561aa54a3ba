import { shownState } from '@/shared/replay/shown-state'
import { useTranslation } from 'react-i18next'
import type { Config, Health } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'
import { useMarket } from '@/shared/market-store/market-context'
import { formatAge } from '@/shared/time/format-age'
import { formatClock, parseMoment } from '@/shared/time/market-time'
import { useNow } from '@/shared/time/use-now'
import { Kpi, KpiRow } from '@/shared/ui/Kpi'
import { useLink } from '@/shared/ws/use-web-socket'
import { quantileOf, type TimedScrape } from './metric-rates'
import { StateDot } from './StateDot'
import { total } from './samples'

interface SystemCardsProps {
  before: TimedScrape | null
  now: TimedScrape | null
  health: Health | undefined
  config: Config | undefined
}

const seconds = (value: number | null): string => (value === null ? '–' : formatNumber(value, 2))

/** Can what is on the screen be trusted? */
export function SystemCards({ before, now, health, config }: SystemCardsProps) {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { status, statusAt } = useLink(socket)
  const nowMs = useNow()
  const since = parseMoment(status?.since)
  const silenceS = status ? Math.min(...Object.values(status.ages ?? {}), Infinity) + Math.max(0, nowMs - statusAt) / 1000 : Infinity
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
        <StateDot state={status ? shownState(status) : 'connecting'} isLarge /> {t(`feed/${status ? shownState(status) : 'connecting'}`)}
      </Kpi>
      <Kpi label={t('system/lag')} unit="s" context={t('system/lagMedian', { s: seconds(quantileOf(before, now, 'feed_lag_seconds', 0.5)) })}>
        {seconds(quantileOf(before, now, 'feed_lag_seconds', 0.99))}
      </Kpi>
      <Kpi label={t('system/silence')} context={t('system/silenceLimit')}>
        {Number.isFinite(silenceS) ? formatAge(silenceS) : '–'}
      </Kpi>
      <Kpi label={t('system/reconnects')} context={t('system/sinceStart')} isExtra>
        {reconnects === null ? '–' : formatNumber(reconnects)}
      </Kpi>
      <Kpi label={t('system/missed')} context={health ? t('system/openGaps', { count: health.open_gaps }) : ''}>
        {missed === null ? '–' : formatNumber(missed)}
      </Kpi>
      <Kpi label={t('system/agreement')} context={t('system/agreementNote')} isExtra>
        {agreement === null ? '–' : `${formatNumber(agreement * 100, 1)}%`}
      </Kpi>
      <Kpi label={t('system/backlog')} unit={t('system/rows')} context={health?.spool ? t('system/oldest', { s: formatNumber(health.spool.oldest_s, 1) }) : t('system/noSpool')}>
        {health?.spool ? formatNumber(health.spool.rows) : '–'}
      </Kpi>
      <Kpi label={t('system/version')} context={t('system/dashboardVersion', { version: DASHBOARD_VERSION })} isExtra>
        {config?.version ?? '–'}
      </Kpi>
    </KpiRow>
  )
}
