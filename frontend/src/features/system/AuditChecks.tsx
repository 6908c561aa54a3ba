import { useTranslation } from 'react-i18next'
import type { AuditReport } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import { auditRows, type Verdict } from './audit-figures'
import styles from './system.module.css'

const TONES: Record<Verdict, string> = { ok: 'ok', holes: 'warn', failed: 'danger', unknown: 'calm' }
const SHAPES: Record<Verdict, string> = { ok: 'full', holes: 'half', failed: 'square', unknown: 'ring' }

/** Every rule: how much was compared, and whether it holds. */
export function AuditChecks({ report }: { report: AuditReport }) {
  const { t } = useTranslation()
  return (
    <Pane title={t('system/audit.rules')} note={t('system/audit.rulesNote')} className={styles.auditRules}>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('system/audit.rules')}>
        <table className={styles.table}>
          <caption className="sr-only">{t('system/audit.rules')}</caption>
          <thead>
            <tr>
              <th scope="col" className={styles.text}>{t('system/audit.rule')}</th>
              <th scope="col" className={styles.text}>{t('system/audit.verdict')}</th>
              <th scope="col">{t('system/audit.compared')}</th>
              <th scope="col">{t('system/audit.failed')}</th>
            </tr>
          </thead>
          <tbody>
            {auditRows(report).map(({ name, verdict, compared, failed }) => (
              <tr key={name}>
                <th scope="row" className={`${styles.text} ${styles.rule}`}>{t(`system/audit.rule.${name}`)}</th>
                <td className={styles.text}>
                  <span className={styles.state}>
                    <i className={styles.dot} data-tone={TONES[verdict]} data-shape={SHAPES[verdict]} aria-hidden="true" /> {t(`system/audit.verdict.${verdict}`)}
                  </span>
                </td>
                <td>{formatNumber(compared)}</td>
                <td className={failed ? styles.warn : styles.dim}>{formatNumber(failed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Pane>
  )
}
