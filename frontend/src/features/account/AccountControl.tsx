import { useTranslation } from 'react-i18next'
import { useConfig } from '@/shared/api/use-config'
import { session } from '@/shared/session/session'
import { useSession } from '@/shared/session/use-session'
import { Button } from '@/shared/ui/Button'
import { IconButton } from '@/shared/ui/IconButton'
import styles from './account.module.css'

/** Who is logged in and the way out; the way in for who may look without. Nothing where nobody logs in. */
export function AccountControl({ isWide = false }: { isWide?: boolean }) {
  const { t } = useTranslation()
  const { status, user } = useSession()
  const config = useConfig()
  if (status === 'in') {
    return (
      <span className={isWide ? styles.wide : styles.account}>
        <span className={styles.name} title={user?.name}>
          {user?.name ?? t('account/shared')}
        </span>
        {isWide ? (
          <Button onClick={() => void session.logOut()}>{t('account/logOut')}</Button>
        ) : (
          <IconButton icon="leave" label={t('account/logOut')} onClick={() => void session.logOut()} />
        )}
      </span>
    )
  }
  if (status !== 'guest' || !config?.auth_on) return null
  return (
    <span className={isWide ? styles.wide : styles.account}>
      {isWide ? <span className={styles.name}>{t('account/guest')}</span> : null}
      <Button onClick={session.ask}>{t('account/logIn')}</Button>
    </span>
  )
}
