import { useTranslation } from 'react-i18next'
import { usePreferences } from '@/shared/preferences/preferences'
import { Segmented } from '@/shared/ui/Segmented'

const LANGUAGES = [
  { value: 'vi', text: 'VI', name: 'Tiếng Việt' },
  { value: 'en', text: 'EN', name: 'English' },
] as const

export function LanguageSwitch() {
  const { t } = useTranslation()
  const language = usePreferences((preferences) => preferences.language)
  const setLanguage = usePreferences((preferences) => preferences.setLanguage)
  return <Segmented label={t('prefs/language')} value={language} options={LANGUAGES} onChoose={setLanguage} />
}
