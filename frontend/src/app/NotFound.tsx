import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Notice } from '@/shared/ui/Notice'
import styles from './shell.module.css'

export function NotFound() {
  const { t } = useTranslation()
  return (
    <Notice title={t('app/notFound')} icon="info">
      <Link className={styles.textLink} to="/">
        {t('app/toBoard')}
      </Link>
    </Notice>
  )
}
