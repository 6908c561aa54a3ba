import { useTranslation } from 'react-i18next'
import { sectorName } from '@/shared/i18n/sector-name'
import { Button } from '@/shared/ui/Button'
import { Segmented } from '@/shared/ui/Segmented'
import { PARTS } from './active-volume'
import type { VolumeView } from './use-volume-view'
import { ALL_STOCKS, type VolumeList } from './volume-lists'
import styles from './volume-analysis.module.css'

interface VolumeToolsProps {
  lists: readonly VolumeList[]
  list: VolumeList | undefined
  view: VolumeView
  onSave: () => void
}

export function VolumeTools({ lists, list, view, onSave }: VolumeToolsProps) {
  const { t } = useTranslation()
  const sectors = lists.filter(({ kind }) => kind === 'sector')
  const nameOf = (id: string): string => (id === ALL_STOCKS ? t('volume/all') : id === 'UPCOM' ? t('exchange/UPCOM') : id)
  return (
    <div className={styles.tools}>
      <div className={styles.tabs} role="group" aria-label={t('volume/lists')}>
        {lists
          .filter(({ kind }) => kind !== 'sector')
          .map(({ id, states }) => (
            <button key={id} type="button" className={styles.tab} aria-pressed={id === list?.id} onClick={() => view.setList(id)}>
              {nameOf(id)} <small>{states.length}</small>
            </button>
          ))}
      </div>
      {sectors.length ? (
        <select
          className={styles.sector}
          aria-label={t('volume/sector')}
          data-on={list?.kind === 'sector' || undefined}
          value={list?.kind === 'sector' ? list.id : ''}
          onChange={(event) => view.setList(event.target.value)}
        >
          <option value="">{t('volume/sectorNone')}</option>
          {sectors.map(({ id, states }) => (
            <option key={id} value={id}>
              {sectorName(id, t)} ({states.length})
            </option>
          ))}
        </select>
      ) : null}
      <span className={styles.rule} />
      <Segmented
        isSmall
        label={t('volume/parts')}
        value={view.part}
        options={PARTS.map((part) => ({ value: part, text: t(`volume/part.${part}`) }))}
        onChoose={view.setPart}
      />
      <span className={styles.end}>
        <span className={styles.note}>{t('volume/rule')}</span>
        <Button isSmall title={t('volume/saveCsv')} aria-label={t('volume/saveCsv')} onClick={onSave}>
          {t('volume/csv')}
        </Button>
      </span>
    </div>
  )
}
