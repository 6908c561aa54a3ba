import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePreferences } from '@/shared/preferences/preferences'
import { useTheme } from '@/shared/preferences/use-appearance'
import { Dialog } from '@/shared/ui/Dialog'
import { Segmented } from '@/shared/ui/Segmented'
import { LanguageSwitch } from './LanguageSwitch'
import { PaletteSwitch } from './PaletteSwitch'
import styles from './preferences.module.css'

/** What the top bar of the desktop holds, for the phone; `children` stand before it. */
export function SettingsDialog({ onClose, children }: { onClose: () => void; children?: ReactNode }) {
  const { t } = useTranslation()
  const theme = useTheme()
  const setTheme = usePreferences((preferences) => preferences.setTheme)
  return (
    <Dialog title={t('prefs/menu')} closeLabel={t('prefs/close')} onClose={onClose}>
      {children}
      <div className={styles.setting}>
        <span>{t('prefs/language')}</span>
        <LanguageSwitch />
      </div>
      <div className={styles.setting}>
        <span>{t('prefs/palette')}</span>
        <PaletteSwitch />
      </div>
      <div className={styles.setting}>
        <span>{t('prefs/theme')}</span>
        <Segmented
          label={t('prefs/theme')}
          value={theme}
          options={[{ value: 'dark', text: t('prefs/dark') }, { value: 'light', text: t('prefs/light') }]}
          onChoose={setTheme}
        />
      </div>
    </Dialog>
  )
}
