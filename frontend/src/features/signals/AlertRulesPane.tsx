import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { fetchAlertRules, type AlertRules } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import styles from './side.module.css'

const BILLION = 1e9
/** As many decimals as the number has, two at most. */
const plain = (value: number): string => formatNumber(value, Number.isInteger(value) ? 0 : Number.isInteger(value * 10) ? 1 : 2)

/** When an alert is one: the numbers the server is set to. */
export function AlertRulesPane() {
  const { t } = useTranslation()
  const { data, isError } = useQuery({ queryKey: ['alert-rules'], queryFn: ({ signal }) => fetchAlertRules(signal), staleTime: Infinity })
  return (
    <Pane title={t('signals/rules')} end={<span className={styles.dim}>{t('signals/rulesNote')}</span>}>
      {data ? <Rules rules={data} /> : <p className={styles.rulesWait}>{t(isError ? 'signals/rulesFailed' : 'signals/rulesWait')}</p>}
    </Pane>
  )
}

function Rules({ rules }: { rules: AlertRules }) {
  const { t } = useTranslation()
  const guard = (value: number, text: string): string => (value ? text : t('signals/rule.off'))
  const rows = [
    [t('signals/rule.ratio', { minutes: plain(rules.volume_window_min) }), t('signals/rule.times', { value: plain(rules.volume_spike_ratio) })],
    [t('signals/rule.prints', { minutes: plain(rules.volume_window_min) }), guard(rules.volume_spike_min_prints, plain(rules.volume_spike_min_prints))],
    [t('signals/rule.foreign'), `${plain(rules.foreign_change_pct)}%`],
    [t('signals/rule.foreignMin'), guard(rules.foreign_min_value, t('signals/rule.billions', { value: plain(rules.foreign_min_value / BILLION) }))],
    [t('signals/rule.dedup'), guard(rules.dedup_s, t('signals/rule.seconds', { value: plain(rules.dedup_s) }))],
  ] as const
  return (
    <dl className={styles.rules}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
