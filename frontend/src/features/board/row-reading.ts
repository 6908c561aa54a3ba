import type { TFunction } from 'i18next'
import { formatPrice, formatVolume } from '@/shared/format/board-number'
import type { SymbolState } from '@/shared/market-store/market-store'
import { lastBand, unitOf } from './columns'

/** A row as a sentence, for those who listen to the board. */
export function readRow(state: SymbolState, t: TFunction): string {
  const { price } = state
  const symbol = state.contract?.alias ?? state.symbol
  if (!price.last_price) return t('board/read.none', { symbol })
  const band = lastBand(state)
  const pct = Math.abs(price.change_pct ?? 0).toFixed(2)
  const change = price.change ? t(price.change > 0 ? 'board/read.up' : 'board/read.down', { pct }) : t('board/read.flat')
  const limit = band === 'ceil' ? `, ${t('board/read.ceil')}` : band === 'floor' ? `, ${t('board/read.floor')}` : ''
  return t('board/read.line', {
    symbol,
    price: formatPrice(price.last_price, unitOf(state)),
    change: change + limit,
    volume: formatVolume(price.total_volume) || '0',
  })
}
