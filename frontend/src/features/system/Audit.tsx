import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { fetchAuditReport, type AuditReport } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'
import { formatClock, formatDate, parseMoment } from '@/shared/time/market-time'
import { Kpi, KpiRow } from '@/shared/ui/Kpi'
import { Notice } from '@/shared/ui/Notice'
import { AuditChecks } from './AuditChecks'
import { AuditDifferences } from './AuditDifferences'
import { shareOf } from './audit-figures'
import styles from './system.module.css'

const POLL_MS = 15_000
const SHAPES = { green: 'full', amber: 'half', red: 'square', unknown: 'ring' } as const
const TONES = { green: 'ok', amber: 'warn', red: 'danger', unknown: 'calm' } as const

/** Whether every figure adds up: a light, what was compared, and what differs. */
export function Audit() {
  const { t } = useTranslation()
  const audit = useQuery({ queryKey: ['audit'], queryFn: ({ signal }) => fetchAuditReport(signal), refetchInterval: POLL_MS })
  if (audit.isError) return <Notice title={t('system/unreachable')} icon="warn">{t('system/audit.unreachable')}</Notice>
  if (!audit.data) return <p className={styles.waiting} aria-busy="true">{t('system/collecting')}</p>
  const report = audit.data
  return (
    <div className={styles.audit}>
      <Summary report={report} />
      <div className={styles.auditPanes}>
        <AuditChecks report={report} />
        <AuditDifferences report={report} />
      </div>
    </div>
  )
}

function Summary({ report }: { report: AuditReport }) {
  const { t } = useTranslation()
  const { light, sides, index, stored } = report
  const checkedAt = parseMoment(report.checked_at)
  return (
    <KpiRow label={t('system/view.audit')}>
      <Kpi isHero label={t('system/audit.books')} context={[report.trading_date ? formatDate(report.trading_date) : '', checkedAt === null ? '' : t('system/audit.checkedAt', { time: formatClock(checkedAt) })].filter(Boolean).join(' · ')}>
        <i className={styles.dot} data-tone={TONES[light]} data-shape={SHAPES[light]} data-large="" aria-hidden="true" /> <span role="status">{t(`system/audit.light.${light}`)}</span>
      </Kpi>
      <Kpi label={t('system/agreement')} context={t('system/audit.prints', { count: sides.compared, shown: formatNumber(sides.compared) })}>
        {shareOf(sides.agreement_ratio)}
      </Kpi>
      <Kpi label={t('system/audit.tickTest')} context={t('system/audit.tickTestNote')} isExtra>
        {shareOf(sides.tick_test_ratio)}
      </Kpi>
      <Kpi label={t('system/audit.unclassified')} context={t('system/agreementNote')}>
        {shareOf(sides.unclassified_share)}
      </Kpi>
      <Kpi label={t('system/missed')} unit={t('system/audit.shares')} context={t('system/gapsNote')}>
        {formatNumber(sides.missed_volume)}
      </Kpi>
      <Kpi label={t('system/audit.residual')} unit="%" context={index ? t('system/audit.residualNote', { own: formatNumber(index.change_pct, 2), mean: formatNumber(index.constituents_mean_pct, 2) }) : t('system/audit.waiting')} isExtra>
        {index ? formatNumber(index.residual_pct, 2) : '–'}
      </Kpi>
      <Kpi label={t('system/audit.stored')} unit={t('system/audit.trades')} context={stored.verdict === 'unknown' ? t('system/audit.verdict.unknown') : t('system/audit.candles', { candles: formatNumber(stored.candles), symbols: formatNumber(stored.symbols) })}>
        {stored.verdict === 'unknown' ? '–' : formatNumber(stored.trades)}
      </Kpi>
    </KpiRow>
  )
}
