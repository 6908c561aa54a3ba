import type { TFunction } from 'i18next'
import { FUTURES_LIST } from './board-lists'

export const listLabel = (id: string, t: TFunction): string =>
  id === FUTURES_LIST ? t('board/futures') : id === 'UPCOM' ? t('exchange/UPCOM') : id
