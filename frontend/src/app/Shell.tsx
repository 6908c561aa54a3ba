import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, useLocation } from 'react-router'
import { FeedBanner } from '@/features/feed-status/FeedBanner'
import { SessionCell } from '@/features/feed-status/SessionCell'
import { useFreshness } from '@/shared/feed/use-freshness'
import { IndexStrip } from '@/features/index-strip/IndexStrip'
import { PaletteWelcome } from '@/features/preferences/PaletteWelcome'
import { SignalAnnouncements } from '@/features/signals/SignalAnnouncements'
import { useReplay } from '@/shared/replay/use-replay'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import { CrashScreen } from './CrashScreen'
import { PageLoading } from './PageLoading'
import { PhoneTabBar } from './PageNav'
import { TopBar } from './TopBar'
import { usePageTitle } from './use-page-title'
import { useServerPalette } from './use-server-palette'
import styles from './shell.module.css'

const ReplayBar = lazy(async () => ({ default: (await import('@/features/replay/ReplayBar')).ReplayBar }))

export function Shell() {
  const { t } = useTranslation()
  const replayed = useReplay()
  // On its way to another place a replay shows nothing: what stands there is of the place before.
  const isStale = useFreshness().isStale || replayed?.replay.is_seeking === true
  const { pathname } = useLocation()
  const isPhone = useMediaQuery('(max-width: 720px)')
  useServerPalette()
  usePageTitle(pathname)
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t('app/skip')}
      </a>
      <TopBar />
      {replayed ? (
        <Suspense fallback={null}>
          <ReplayBar {...replayed} />
        </Suspense>
      ) : null}
      <IndexStrip isDrained={isStale}>
        <SessionCell />
      </IndexStrip>
      <FeedBanner />
      <main id="main" className={`${styles.main} ${isStale ? 'drained' : ''}`}>
        {/* A page that fails, or whose chunk does not come, leaves the rest of the screen in place. */}
        <CrashScreen key={pathname}>
          <Suspense fallback={<PageLoading />}>
            <Outlet />
          </Suspense>
        </CrashScreen>
      </main>
      {isPhone ? <PhoneTabBar /> : null}
      <PaletteWelcome />
      <SignalAnnouncements />
    </div>
  )
}
