import { useTranslation } from 'react-i18next'
import styles from './navigation.module.css'

const PANES = [0, 1, 2]

/** While a page's chunk is on its way: its frame, and the word for those who do not see it. */
export function PageLoading() {
  const { t } = useTranslation()
  return (
    <div className={styles.loading} role="status">
      <span className={styles.loadingWord}>{t('app/loading')}</span>
      {PANES.map((pane) => (
        <span key={pane} className={styles.loadingPane} aria-hidden="true" />
      ))}
    </div>
  )
}
