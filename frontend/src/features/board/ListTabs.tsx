import { useTranslation } from 'react-i18next'
import { listTabs, type BoardList, type ListTab } from './board-lists'
import { listLabel, tabLabel } from './list-label'
import styles from './board.module.css'

interface ListTabsProps {
  lists: readonly BoardList[]
  list: BoardList | undefined
  onChoose: (id: string) => void
  /** The user has no list yet and asks for one. */
  onManage: () => void
}

/** A tab for each list; sectors and own lists share one, and are chosen in a field that appears beside it. */
export function ListTabs({ lists, list, onChoose, onManage }: ListTabsProps) {
  const { t } = useTranslation()
  const tabs = listTabs(lists)
  const isShown = (tab: ListTab): boolean => tab.lists.some(({ id }) => id === list?.id)
  const choices = (list?.kind === 'sector' || list?.kind === 'watch' ? tabs.find(isShown)?.lists : null) ?? []
  const onTab = (tab: ListTab): void => {
    const [first] = tab.lists
    if (!first) onManage()
    else if (!isShown(tab)) onChoose(first.id)
  }
  return (
    <>
      <div className={styles.tabs} role="group" aria-label={t('board/lists')}>
        {tabs.map((tab) => (
          <button key={tab.lists.length === 1 ? (tab.lists[0]?.id ?? tab.kind) : tab.kind} type="button" className={styles.tab} aria-pressed={isShown(tab)} onClick={() => onTab(tab)}>
            {tabLabel(tab, t)} {tab.kind === 'sector' || tab.kind === 'watch' ? null : <small>{tab.lists[0]?.symbols.length}</small>}
          </button>
        ))}
      </div>
      {choices.length ? (
        <select className={styles.choice} aria-label={t(list?.kind === 'sector' ? 'board/sector' : 'watchlist/list')} value={list?.id} onChange={(event) => onChoose(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice.id} value={choice.id}>
              {listLabel(choice, t)} · {choice.symbols.length}
            </option>
          ))}
        </select>
      ) : null}
    </>
  )
}
