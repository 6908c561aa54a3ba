import type { TFunction } from 'i18next'
import { formatPrice, formatVolume } from '@/shared/format/board-number'
import type { SymbolState } from '@/shared/market-store/market-store'
import { lastBand, unitOf } from './columns'
import { isIndicative, matchedChange, matchedPercent, matchedPrice } from './matched'

/** A row as a sentence, for those who listen to the board. */
export function readRow(state: SymbolState, t: TFunction): string {
  const { price } = state
  const symbol = state.contract?.alias ?? state.symbol
  const shown = matchedPrice(price)
  if (!shown) return t('board/read.none', { symbol })
  const band = lastBand(state)
  const pct = Math.abs(matchedPercent(price) ?? 0).toFixed(2)
  const moved = matchedChange(price)
  const change = moved ? t(moved > 0 ? 'board/read.up' : 'board/read.down', { pct }) : t('board/read.flat')
  const limit = band === 'ceil' ? `, ${t('board/read.ceil')}` : band === 'floor' ? `, ${t('board/read.floor')}` : ''
  return t(isIndicative(price) ? 'board/read.auction' : 'board/read.line', {
    symbol,
    price: formatPrice(shown, unitOf(state)),
    change: change + limit,
    volume: formatVolume(price.total_volume) || '0',
  })
}
