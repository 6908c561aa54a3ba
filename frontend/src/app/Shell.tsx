import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet } from 'react-router'
import { FeedBanner } from '@/features/feed-status/FeedBanner'
import { SessionCell } from '@/features/feed-status/SessionCell'
import { useFreshness } from '@/features/feed-status/use-freshness'
import { IndexStrip } from '@/features/index-strip/IndexStrip'
import { PaletteWelcome } from '@/features/preferences/PaletteWelcome'
import { SignalAnnouncements } from '@/features/signals/SignalAnnouncements'
import { TopBar } from './TopBar'
import { useServerPalette } from './use-server-palette'
import styles from './shell.module.css'

export function Shell() {
  const { t } = useTranslation()
  const { isStale } = useFreshness()
  useServerPalette()
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t('app/skip')}
      </a>
      <TopBar />
      <IndexStrip isDrained={isStale}>
        <SessionCell />
      </IndexStrip>
      <FeedBanner />
      <main id="main" className={`${styles.main} ${isStale ? 'drained' : ''}`}>
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
      <PaletteWelcome />
      <SignalAnnouncements />
    </div>
  )
}
