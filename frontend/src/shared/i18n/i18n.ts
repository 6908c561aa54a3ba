import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en'
import { vi, type Dictionary } from './vi'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Dictionary }
    keySeparator: '/'
  }
}

export type Language = 'vi' | 'en'

/** Keys are `section/name`: dots are free for names such as `col.price`. */
export async function initI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'vi',
    keySeparator: '/',
    nsSeparator: false,
    resources: { vi: { translation: vi }, en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
  })
}
