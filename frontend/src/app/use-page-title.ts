import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { setPageTitle } from '@/shared/ui/document-title'
import { pageAt } from './page-navigation'

export function usePageTitle(path: string): void {
  const { t } = useTranslation()
  const page = pageAt(path)
  const name = page ? t(`nav/${page.name}`) : ''
  useEffect(() => setPageTitle(name), [name])
}
