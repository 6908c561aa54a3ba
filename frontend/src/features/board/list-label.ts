import type { TFunction } from 'i18next'
import { sectorName } from '@/shared/i18n/sector-name'
import { FUTURES_LIST, SHARED_LIST, type BoardList, type ListTab } from './board-lists'

export function listLabel(list: BoardList, t: TFunction): string {
  if (list.id === FUTURES_LIST) return t('board/futures')
  if (list.id === SHARED_LIST) return `${list.name || t('watchlist/list')} (${t('watchlist/shared')})`
  if (list.kind === 'sector') return sectorName(list.name ?? list.id, t)
  return list.name ?? (list.id === 'UPCOM' ? t('exchange/UPCOM') : list.id)
}

export function tabLabel({ kind, lists: [first] }: ListTab, t: TFunction): string {
  if (kind === 'sector') return t('board/sectors')
  if (kind === 'watch') return `★ ${t('watchlist/tab')}`
  return first ? listLabel(first, t) : ''
}
