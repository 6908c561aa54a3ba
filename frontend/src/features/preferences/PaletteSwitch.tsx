import { useTranslation } from 'react-i18next'
import { PALETTES, usePreferences } from '@/shared/preferences/preferences'
import { usePalette } from '@/shared/preferences/use-appearance'
import { Segmented } from '@/shared/ui/Segmented'
import { PaletteSample } from './PaletteSample'

export function PaletteSwitch() {
  const { t } = useTranslation()
  const palette = usePalette()
  const setPalette = usePreferences((preferences) => preferences.setPalette)
  return (
    <Segmented
      label={t('prefs/palette')}
      value={palette}
      options={PALETTES.map((value) => ({ value, text: <PaletteSample palette={value} />, name: t(`prefs/${value}`) }))}
      onChoose={setPalette}
    />
  )
}
