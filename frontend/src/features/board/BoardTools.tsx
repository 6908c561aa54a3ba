import { useTranslation } from 'react-i18next'
import { DENSITIES, usePreferences, type Density } from '@/shared/preferences/preferences'
import { Chip } from '@/shared/ui/Chip'
import { Segmented } from '@/shared/ui/Segmented'
import { FUTURES_LIST, type BoardList } from './board-lists'
import { FILTER_BANDS, type BandCounts } from './board-order'
import { listLabel } from './list-label'
import type { BoardUrl } from './use-board-url'
import styles from './board.module.css'

interface BoardToolsProps {
  lists: readonly BoardList[]
  list: BoardList | undefined
  counts: BandCounts
  url: BoardUrl
  density: Density
}

export function BoardTools({ lists, list, counts, url, density }: BoardToolsProps) {
  const { t } = useTranslation()
  const setDensity = usePreferences((preferences) => preferences.setDensity)
  return (
    <div className={styles.tools}>
      <div className={styles.tabs} role="group" aria-label={t('board/lists')}>
        {lists.map(({ id, symbols }) => (
          <button key={id} type="button" className={styles.tab} aria-pressed={id === list?.id} onClick={() => url.setList(id)}>
            {listLabel(id, t)} <small>{symbols.length}</small>
          </button>
        ))}
      </div>
      {lists.length ? <span className={styles.rule} /> : null}
      <div className={styles.chips} role="group" aria-label={t('board/filters')} hidden={!lists.length}>
        {FILTER_BANDS.map((band) => (
          <Chip key={band} label={t(`board/${band}`)} count={counts[band]} colour={band} isOn={url.bands.has(band)} onToggle={() => url.toggleBand(band)} />
        ))}
      </div>
      <div className={styles.end}>
        <span className={styles.units}>{t(list?.id === FUTURES_LIST ? 'board/unitsFutures' : 'board/units')}</span>
        <Segmented
          label={t('board/density')}
          isSmall
          value={density}
          options={DENSITIES.map((px) => ({ value: px, text: String(px), ...(px === 24 && { hint: t('board/densityAuto') }) }))}
          onChoose={setDensity}
        />
      </div>
    </div>
  )
}
