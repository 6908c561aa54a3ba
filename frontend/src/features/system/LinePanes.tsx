import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import { LineChart } from './LineChart'
import { quantileOf, rateOf, type TimedScrape } from './metric-rates'
import styles from './system.module.css'

/** A point needs a scrape before it; over two steps the line is calmer than the scrapes. */
const STEP = 2
const pairs = (scrapes: readonly TimedScrape[]): readonly (readonly [TimedScrape, TimedScrape])[] =>
  scrapes.slice(STEP).flatMap((after, i) => {
    const before = scrapes[i]
    return before ? [[before, after] as const] : []
  })

interface LinePaneProps {
  scrapes: readonly TimedScrape[]
  /** The last look brought nothing: there is nothing to wait for. */
  isMissing: boolean
}

export function LagPane({ scrapes, isMissing }: LinePaneProps) {
  const { t } = useTranslation()
  const points = useMemo(
    () =>
      pairs(scrapes).map(([before, after]) => ({
        at: after.at,
        values: [quantileOf(before, after, 'feed_lag_seconds', 0.99), quantileOf(before, after, 'feed_lag_seconds', 0.5)],
      })),
    [scrapes],
  )
  const [p99 = null, p50 = null] = (isMissing ? null : points.at(-1)?.values) ?? []
  const text = (value: number | null): string => (value === null ? '–' : `${formatNumber(value, 2)} s`)
  return (
    <Pane
      title={t('system/lagTitle')}
      className={styles.lag}
      note={<Legend names={['p99', 'p50']} />}
      end={
        <>
          <b>{text(p99)}</b> <span className={styles.dim}>{text(p50)}</span>
        </>
      }
    >
      <LineChart label={t('system/lagTitle')} names={['p99', 'p50']} points={points} unit="s" decimals={2} waiting={t(isMissing ? 'system/unreachable' : points.length ? 'system/noMessages' : 'system/collecting')} />
    </Pane>
  )
}

export function MessagePane({ scrapes, isMissing }: LinePaneProps) {
  const { t } = useTranslation()
  const points = useMemo(
    () => pairs(scrapes).map(([before, after]) => ({ at: after.at, values: [rateOf(before, after, 'ssi_messages_received_total')] })),
    [scrapes],
  )
  const [last = null] = (isMissing ? null : points.at(-1)?.values) ?? []
  return (
    <Pane title={t('system/messagesTitle')} className={styles.messages} end={<b>{last === null ? '–' : formatNumber(last)}</b>}>
      <LineChart label={t('system/messagesTitle')} names={[t('system/perSecond')]} points={points} unit="" decimals={0} waiting={t(isMissing ? 'system/unreachable' : 'system/collecting')} />
    </Pane>
  )
}

function Legend({ names }: { names: readonly string[] }) {
  return names.map((name, i) => (
    <span key={name} className={styles.legend} data-series={i}>
      <i /> {name}
    </span>
  ))
}
