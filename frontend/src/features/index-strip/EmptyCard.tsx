import { useTranslation } from 'react-i18next'
import styles from './index-strip.module.css'

export function EmptyCard({ name, isSecondary = false }: { name: string; isSecondary?: boolean }) {
  const { t } = useTranslation()
  return (
    <article className={`${styles.card} ${isSecondary ? styles.secondary : ''}`} aria-label={name}>
      <span className={styles.name}>
        <b>{name}</b>
      </span>
      <span className={styles.waiting}>–</span>
      <span className="sr-only">{t('indices/waiting')}</span>
    </article>
  )
}
