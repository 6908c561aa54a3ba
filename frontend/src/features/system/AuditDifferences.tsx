import { useTranslation } from 'react-i18next'
import type { AuditReport } from '@/shared/api/client'
import { Pane } from '@/shared/ui/Pane'
import { auditDifferences } from './audit-figures'
import styles from './system.module.css'

/** What does not add up, the first twenty of each rule. */
export function AuditDifferences({ report }: { report: AuditReport }) {
  const { t } = useTranslation()
  const rows = auditDifferences(report)
  return (
    <Pane title={t('system/audit.differences')} note={t('system/audit.differencesNote')} className={styles.auditDifferences}>
      {rows.length ? (
        <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('system/audit.differences')}>
          <table className={styles.table}>
            <caption className="sr-only">{t('system/audit.differences')}</caption>
            <thead>
              <tr>
                <th scope="col" className={styles.text}>{t('system/audit.subject')}</th>
                <th scope="col" className={styles.text}>{t('system/audit.what')}</th>
                <th scope="col">{t('system/audit.expected')}</th>
                <th scope="col">{t('system/audit.actual')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ check, subject, what, expected, actual }) => (
                <tr key={`${check} ${subject} ${what}`}>
                  <th scope="row" className={styles.text}>{subject}</th>
                  <td className={`${styles.text} ${styles.rule}`}>{what}</td>
                  <td>{expected}</td>
                  <td>{actual}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className={styles.waiting}>{report.light === 'unknown' ? t('system/audit.waiting') : t('system/audit.none')}</p>
      )}
      {report.stored.reason ? <p className={styles.waiting}>{t('system/audit.storedUnknown', { reason: report.stored.reason })}</p> : null}
    </Pane>
  )
}
