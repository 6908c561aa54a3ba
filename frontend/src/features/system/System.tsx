import { useQuery } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchConfig, fetchHealth } from '@/shared/api/client'
import { oneOf, useUrlValues } from '@/shared/url/use-url-values'
import { Audit } from './Audit'
import { ChannelTable } from './ChannelTable'
import { Console } from './Console'
import { DatabasePane } from './DatabasePane'
import { GapPane } from './GapPane'
import { LagPane, MessagePane } from './LinePanes'
import { MetricHistory } from './metric-history'
import { RejectedPane } from './RejectedPane'
import { SocketPane } from './SocketPane'
import { SystemCards } from './SystemCards'
import styles from './system.module.css'

const VIEWS = ['overview', 'audit', 'console'] as const
const HEALTH_MS = 5000
/** Figures per second are taken over this many scrapes: half a minute is steady and still the present. */
const WINDOW = 10

/** Can I trust what I see? Whether the figures add up, and a console to see what the server says. */
export function System() {
  const { t } = useTranslation()
  const [get, change] = useUrlValues()
  const view = oneOf(VIEWS, get('view'))
  return (
    <div className={styles.page}>
      <h1 className="sr-only">{t('system/title')}</h1>
      <div className={styles.tools} role="group" aria-label={t('system/views')}>
        {VIEWS.map((name) => (
          <button key={name} type="button" className={styles.tab} aria-pressed={name === view} onClick={() => change({ view: name === 'overview' ? null : name })}>
            {t(`system/view.${name}`)}
          </button>
        ))}
      </div>
      {view === 'console' ? <Console /> : view === 'audit' ? <Audit /> : <Overview />}
    </div>
  )
}

function Overview() {
  const { t } = useTranslation()
  const [history] = useState(() => new MetricHistory())
  const { scrapes, isMissing } = useSyncExternalStore(history.subscribe, history.get)
  const health = useQuery({ queryKey: ['health'], queryFn: ({ signal }) => fetchHealth(signal), refetchInterval: HEALTH_MS })
  const config = useQuery({ queryKey: ['config'], queryFn: ({ signal }) => fetchConfig(signal), staleTime: Infinity })
  const now = (isMissing ? null : scrapes.at(-1)) ?? null
  const before = (now && (scrapes.at(-1 - WINDOW) ?? scrapes[0])) ?? null
  return (
    <div className={styles.overview}>
      <SystemCards before={before} now={now} health={health.isError ? undefined : health.data} config={config.data} />
      {isMissing ? (
        <p className={styles.warning} role="status">
          {t('system/noMetrics')}
        </p>
      ) : null}
      <div className={styles.panes}>
        <ChannelTable before={before} now={now} />
        <LagPane scrapes={scrapes} isMissing={isMissing} />
        <MessagePane scrapes={scrapes} isMissing={isMissing} />
        <RejectedPane now={now} />
        <SocketPane before={before} now={now} />
        <GapPane />
        <DatabasePane health={health.isError ? undefined : health.data} before={before} now={now} />
      </div>
    </div>
  )
}
