import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { DENSITIES, usePreferences, type Density } from '@/shared/preferences/preferences'
import { Button } from '@/shared/ui/Button'
import { Chip } from '@/shared/ui/Chip'
import { IconButton } from '@/shared/ui/IconButton'
import { Segmented } from '@/shared/ui/Segmented'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { FUTURES_LIST, SHARED_LIST, watchListId, type BoardList } from './board-lists'
import { FILTER_BANDS, type BandCounts } from './board-order'
import { ColumnChooser } from './ColumnChooser'
import { ListTabs } from './ListTabs'
import type { BoardColumns } from './use-board-columns'
import type { BoardUrl } from './use-board-url'
import { SPIKE_MINUTES } from './volume-spikes'
import styles from './board.module.css'

interface BoardToolsProps {
  lists: readonly BoardList[]
  list: BoardList | undefined
  counts: BandCounts
  /** How many of the list's volumes have just spiked. */
  spikes: number
  url: BoardUrl
  density: Density
  columns: BoardColumns
  onManage: () => void
  onSave: () => void
}

export function BoardTools({ lists, list, counts, spikes, url, density, columns, onManage, onSave }: BoardToolsProps) {
  const { t } = useTranslation()
  const setDensity = usePreferences((preferences) => preferences.setDensity)
  const [isChoosing, setIsChoosing] = useState(false)
  return (
    <div className={styles.tools}>
      {lists.length ? <ListTabs lists={lists} list={list} onChoose={url.setList} onManage={onManage} /> : null}
      {list?.kind === 'watch' ? <WatchActions url={url} list={list} onManage={onManage} /> : null}
      {lists.length ? <span className={styles.rule} /> : null}
      <div className={styles.chips} role="group" aria-label={t('board/filters')} hidden={!lists.length}>
        {FILTER_BANDS.map((band) => (
          <Chip key={band} label={t(`board/${band}`)} count={counts[band]} colour={band} isOn={url.bands.has(band)} onToggle={() => url.toggleBand(band)} />
        ))}
        <Chip label={t('board/spikes')} hint={t('board/spikesNote', { minutes: SPIKE_MINUTES })} count={spikes} isOn={url.onlySpikes} onToggle={url.toggleSpikes} />
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
        <IconButton icon="columns" label={t('board/columns')} onClick={() => setIsChoosing(true)} />
        <IconButton icon="download" label={t('board/saveCsv')} onClick={onSave} />
      </div>
      {isChoosing ? <ColumnChooser all={columns.all} choice={columns.choice} onChange={columns.choose} onClose={() => setIsChoosing(false)} /> : null}
    </div>
  )
}

/** A list that was sent can be kept; own lists can be changed. */
function WatchActions({ url, list, onManage }: { url: BoardUrl; list: BoardList; onManage: () => void }): ReactNode {
  const { t } = useTranslation()
  const add = useWatchlists((store) => store.add)
  const { shared } = url
  if (list.id !== SHARED_LIST || !shared) {
    return (
      <Button isSmall onClick={onManage}>
        {t('watchlist/manage')}
      </Button>
    )
  }
  const onSave = (): void => {
    const id = add(shared.name || t('watchlist/firstName'), shared.symbols)
    if (id) url.setList(watchListId(id))
  }
  return (
    <Button isSmall onClick={onSave}>
      {t('watchlist/save')}
    </Button>
  )
}
