import { useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { AccountControl } from '@/features/account/AccountControl'
import { PhoneStatus } from '@/features/feed-status/PhoneStatus'
import { LanguageSwitch } from '@/features/preferences/LanguageSwitch'
import { PaletteSwitch } from '@/features/preferences/PaletteSwitch'
import { SettingsDialog } from '@/features/preferences/SettingsDialog'
import { ThemeToggle } from '@/features/preferences/ThemeToggle'
import { ShortcutsDialog } from '@/features/shortcuts/ShortcutsDialog'
import { useShortcuts } from '@/features/shortcuts/use-shortcuts'
import { SignalBell } from '@/features/signals/SignalBell'
import { SymbolSearch } from '@/features/symbol-search/SymbolSearch'
import { IconButton } from '@/shared/ui/IconButton'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import { Brand } from './Brand'
import { pageAt, pageShortcuts, symbolAddress } from './page-navigation'
import { PageNav, PhonePageLinks } from './PageNav'
import styles from './shell.module.css'

type Panel = 'none' | 'search' | 'settings' | 'shortcuts'

export function TopBar() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const location = useLocation()
  const page = pageAt(location.pathname)
  const isPhone = useMediaQuery('(max-width: 720px)')
  const [panel, setPanel] = useState<Panel>('none')
  const searchInput = useRef<HTMLInputElement>(null)
  const closePanel = useCallback(() => setPanel('none'), [])
  const pick = (symbol: string, isChart: boolean): void => {
    closePanel()
    void navigate(symbolAddress(symbol, isChart, location))
  }
  useShortcuts(
    useMemo(
      () => ({
        ...pageShortcuts((path) => void navigate(path)),
        '/': () => (isPhone ? setPanel('search') : searchInput.current?.focus()),
        '?': () => setPanel('shortcuts'),
      }),
      [isPhone, navigate],
    ),
  )
  return (
    <header className={styles.top}>
      <Brand />
      {isPhone ? (
        <PhoneStatus title={t(`nav/${page?.name ?? 'board'}`)} />
      ) : (
        <PageNav />
      )}
      <div className={styles.topEnd}>
        {isPhone ? (
          <>
            <IconButton icon="search" label={t('search/label')} onClick={() => setPanel('search')} />
            <SignalBell />
            <IconButton icon="more" label={t('prefs/menu')} onClick={() => setPanel('settings')} />
          </>
        ) : (
          <>
            <SymbolSearch inputRef={searchInput} hasShortcut onPick={pick} />
            <LanguageSwitch />
            <PaletteSwitch />
            <ThemeToggle />
            <IconButton icon="keyboard" label={t('keys/open')} onClick={() => setPanel('shortcuts')} />
            <SignalBell />
            <AccountControl />
          </>
        )}
      </div>
      {isPhone && panel === 'search' ? (
        <div className={styles.phoneSearch}>
          <SymbolSearch inputRef={(input) => input?.focus()} onPick={pick} onLeave={closePanel} />
        </div>
      ) : null}
      {panel === 'settings' ? (
        <SettingsDialog onClose={closePanel}>
          <AccountControl isWide />
          <PhonePageLinks onGo={closePanel} />
        </SettingsDialog>
      ) : null}
      {panel === 'shortcuts' ? <ShortcutsDialog onClose={closePanel} /> : null}
    </header>
  )
}
