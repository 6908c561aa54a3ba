import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { Icon } from '@/shared/ui/Icon'
import { phoneBarPages, phoneMenuPages } from './page-navigation'
import { PAGES } from './pages'
import styles from './navigation.module.css'

/** Across the top bar. */
export function PageNav() {
  const { t } = useTranslation()
  return (
    <nav className={styles.nav} aria-label={t('nav/label')}>
      {PAGES.map(({ path, name }, i) => (
        <NavLink key={path} to={path} end title={t('nav/key', { key: i + 1 })}>
          {t(`nav/${name}`)}
        </NavLink>
      ))}
    </nav>
  )
}

/** At the bottom of the phone, under the thumb. */
export function PhoneTabBar() {
  const { t } = useTranslation()
  return (
    <nav className={styles.tabBar} aria-label={t('nav/label')}>
      {phoneBarPages().map(({ path, name }) => (
        <NavLink key={path} to={path} end aria-label={t(`nav/${name}`)}>
          <Icon name={name} />
          <span aria-hidden="true">{t(`navShort/${name}`)}</span>
        </NavLink>
      ))}
    </nav>
  )
}

/** What the bottom bar has no room for. */
export function PhonePageLinks({ onGo }: { onGo: () => void }) {
  const { t } = useTranslation()
  const pages = phoneMenuPages()
  if (!pages.length) return null
  return (
    <nav className={styles.menuLinks} aria-label={t('nav/more')}>
      {pages.map(({ path, name }) => (
        <NavLink key={path} to={path} end onClick={onGo}>
          <Icon name={name} />
          {t(`nav/${name}`)}
        </NavLink>
      ))}
    </nav>
  )
}
