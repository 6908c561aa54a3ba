import { useTranslation } from 'react-i18next'
import { usePreferences } from '@/shared/preferences/preferences'
import { useTheme } from '@/shared/preferences/use-appearance'
import { IconButton } from '@/shared/ui/IconButton'

export function ThemeToggle() {
  const { t } = useTranslation()
  const theme = useTheme()
  const setTheme = usePreferences((preferences) => preferences.setTheme)
  const isDark = theme === 'dark'
  return <IconButton icon={isDark ? 'sun' : 'moon'} label={t(isDark ? 'prefs/toLight' : 'prefs/toDark')} onClick={() => setTheme(isDark ? 'light' : 'dark')} />
}
