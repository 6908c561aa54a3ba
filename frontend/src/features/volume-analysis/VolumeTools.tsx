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
  const nameOf = (id: string): string => (id === ALL_STOCKS ? t('volume/all') : id === 'UPCOM' ? t('exchange/UPCOM') : id)
  return (
    <div className={styles.tools}>
      <div className={styles.tabs} role="group" aria-label={t('volume/lists')}>
        {lists
          .filter(({ kind }) => kind === 'index' || kind === 'exchange')
          .map(({ id, states }) => (
            <button key={id} type="button" className={styles.tab} aria-pressed={id === list?.id} onClick={() => view.setList(id)}>
              {nameOf(id)} <small>{states.length}</small>
            </button>
          ))}
      </div>
      <ListChoice kind="sector" label={t('volume/sector')} none={t('volume/sectorNone')} nameOf={({ id }) => sectorName(id, t)} lists={lists} list={list} onChoose={view.setList} />
      <ListChoice kind="watch" label={t('volume/watch')} none={t('volume/watchNone')} nameOf={({ name, id }) => name ?? id} lists={lists} list={list} onChoose={view.setList} />
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

interface ListChoiceProps {
  kind: VolumeList['kind']
  label: string
  /** What the field says while another kind of list is shown. */
  none: string
  nameOf: (list: VolumeList) => string
  lists: readonly VolumeList[]
  list: VolumeList | undefined
  onChoose: (id: string) => void
}

/** Lists of which there are many share a field. */
function ListChoice({ kind, label, none, nameOf, lists, list, onChoose }: ListChoiceProps) {
  const ofKind = lists.filter((other) => other.kind === kind)
  if (!ofKind.length) return null
  const isOn = list?.kind === kind
  return (
    <select className={styles.sector} aria-label={label} data-on={isOn || undefined} value={isOn ? list.id : ''} onChange={(event) => onChoose(event.target.value)}>
      <option value="">{none}</option>
      {ofKind.map((other) => (
        <option key={other.id} value={other.id}>
          {nameOf(other)} ({other.states.length})
        </option>
      ))}
    </select>
  )
}
