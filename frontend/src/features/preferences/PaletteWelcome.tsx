import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PALETTES, usePreferences, type Palette } from '@/shared/preferences/preferences'
import { usePalette } from '@/shared/preferences/use-appearance'
import { Button } from '@/shared/ui/Button'
import { IconButton } from '@/shared/ui/IconButton'
import { PaletteSample } from './PaletteSample'
import styles from './preferences.module.css'

/**
 * Offered once, at the first visit, because two conventions meet here: the one asked for and that of HOSE's boards.
 * It does not cover the board: closing it keeps the default.
 */
export function PaletteWelcome() {
  const { t } = useTranslation()
  const [isFirstVisit] = useState(() => usePreferences.getState().palette === null)
  const [isOpen, setIsOpen] = useState(isFirstVisit)
  const shown = usePalette()
  const setPalette = usePreferences((preferences) => preferences.setPalette)
  if (!isOpen) return null
  const close = (): void => {
    setPalette(shown)
    setIsOpen(false)
  }
  const look = (palette: Palette): void => {
    setPalette(palette)
  }
  return (
    <div className={styles.welcome} role="dialog" aria-label={t('prefs/welcome')}>
      <div className={styles.welcomeHead}>
        <b>{t('prefs/welcome')}</b>
        <IconButton icon="close" label={t('prefs/close')} onClick={close} />
      </div>
      <p>{t('prefs/welcomeNote')}</p>
      {PALETTES.map((palette) => (
        <button key={palette} type="button" className={styles.choice} aria-pressed={palette === shown} onClick={() => look(palette)}>
          <PaletteSample palette={palette} />
          {t(`prefs/${palette}`)}
          <small>{t(`prefs/${palette}-note`)}</small>
        </button>
      ))}
      <Button isPrimary onClick={close}>
        {t('prefs/keep')}
      </Button>
    </div>
  )
}
