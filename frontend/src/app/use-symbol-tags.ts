import { useTranslation } from 'react-i18next'
import { useSectors } from '@/shared/api/use-sectors'
import { useVn30 } from '@/shared/api/use-vn30'
import { sectorName } from '@/shared/i18n/sector-name'

/** What a symbol belongs to, in words. */
export function useSymbolTags(symbol: string | null): readonly string[] {
  const { t } = useTranslation()
  const vn30 = useVn30()
  const sectors = useSectors().listed
  if (!symbol) return []
  const sector = Object.keys(sectors).find((name) => sectors[name]?.includes(symbol))
  return [vn30.includes(symbol) ? 'VN30' : '', sector ? sectorName(sector, t) : ''].filter(Boolean)
}
