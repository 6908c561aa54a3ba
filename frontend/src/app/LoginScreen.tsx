import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { LoginForm } from '@/features/account/LoginForm'
import { LanguageSwitch } from '@/features/preferences/LanguageSwitch'
import { ThemeToggle } from '@/features/preferences/ThemeToggle'
import { useConfig } from '@/shared/api/use-config'
import { session } from '@/shared/session/session'
import { Brand } from './Brand'
import { PageLoading } from './PageLoading'
import styles from './login-screen.module.css'

/** In place of every page until somebody logs in; the address stays, so there is nowhere to be sent afterwards. */
export function LoginScreen() {
  const { t } = useTranslation()
  const config = useConfig()
  useEffect(() => {
    document.title = `${t('account/title')} · VN Stock Tracker`
  }, [t])
  return (
    <div className={styles.screen}>
      <header className={styles.top}>
        <Brand />
        <LanguageSwitch />
        <ThemeToggle />
      </header>
      <main id="main" className={styles.main}>
        {config ? (
          <LoginForm kind={config.auth_kind === 'token' ? 'token' : 'accounts'} onLookOnly={config.anonymous_allowed ? session.lookOnly : undefined} />
        ) : (
          <PageLoading />
        )}
      </main>
    </div>
  )
}
