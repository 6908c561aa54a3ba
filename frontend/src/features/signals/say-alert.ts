import type { TFunction } from 'i18next'
import type { Alert } from '@/shared/api/models'
import { formatNumber, formatPercent, formatPrice, formatSigned, type PriceUnit } from '@/shared/format/board-number'

/** What an alert says, in the reader's language, from its figures; the server's sentence when they are missing. */

export interface AlertSentence {
  /** May hold <b>: rich-text.ts. */
  readonly text: string
  /** The class of the part in <b>; colour is never the only cue, the words say it too. */
  readonly tone: string
  /** How large it is, in the unit of its type; '' when that is not known. */
  readonly size: string
}

const VND_PER_BILLION = 1e9

/** VN30F2603 or 41I1G3000: quoted in points. */
export const unitOfSymbol = (symbol: string): PriceUnit => (/^(VN\d+F|41)\w/.test(symbol) ? 'points' : 'vnd')

const numberOf = (alert: Alert, field: string): number | null => {
  const value = alert.data[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

const signClass = (value: number): string => (value > 0 ? 'up' : value < 0 ? 'down' : 'flat')
const flowClass = (value: number): string => (value > 0 ? 'buy' : value < 0 ? 'sell' : '')

function sayVolume(alert: Alert, t: TFunction): AlertSentence | null {
  const [volume, average, ratio, price] = ['volume', 'average_volume', 'ratio', 'price'].map((field) => numberOf(alert, field))
  if (volume == null || ratio == null) return null
  const unit = unitOfSymbol(alert.symbol)
  const values = { volume: formatNumber(volume), price: formatPrice(price, unit), average: formatNumber(average ?? volume / ratio), unit: t(`signals/unit.${unit}`) }
  const side = alert.data.trade_type
  const key = side === 'mua_chu_dong' ? 'buy' : side === 'ban_chu_dong' ? 'sell' : 'neutral'
  return { text: t(`signals/say.volume.${key}`, values), tone: key === 'neutral' ? '' : key, size: `×${formatNumber(ratio, 1)}` }
}

function sayBreakout(alert: Alert, t: TFunction): AlertSentence | null {
  const price = numberOf(alert, 'price')
  const { direction } = alert.data
  if (price === null || (direction !== 'ceiling' && direction !== 'floor')) return null
  const [ceiling, floor] = [numberOf(alert, 'ceiling'), numberOf(alert, 'floor')]
  // The reference is the middle of the limits, up to a tick: good for a percentage of one digit.
  const reference = ceiling && floor ? (ceiling + floor) / 2 : null
  return {
    text: t(`signals/say.${direction}`, { price: formatPrice(price, unitOfSymbol(alert.symbol)) }),
    tone: direction === 'ceiling' ? 'ceil' : 'floor',
    size: reference ? formatPercent(((price - reference) / reference) * 100, 1) : '',
  }
}

function sayForeign(alert: Alert, t: TFunction): AlertSentence | null {
  const [net, before, pct] = ['net_value', 'net_value_before', 'change_pct'].map((field) => numberOf(alert, field))
  if (net == null || before == null || pct == null) return null
  const inBillions = (value: number): string => formatSigned(value / VND_PER_BILLION, 1)
  return {
    text: t(alert.data.direction === 'selling' ? 'signals/say.selling' : 'signals/say.buying', { net: inBillions(net), before: inBillions(before) }),
    tone: flowClass(net),
    size: formatPercent(pct, 0),
  }
}

function sayBasis(alert: Alert, t: TFunction): AlertSentence | null {
  const basis = numberOf(alert, 'basis')
  if (basis === null) return null
  const pct = numberOf(alert, 'basis_pct')
  return {
    text: t(basis > 0 ? 'signals/say.toPremium' : 'signals/say.toDiscount', { basis: formatSigned(basis, 2) }),
    tone: signClass(basis),
    size: pct === null ? '' : formatPercent(pct, 2),
  }
}

const SAYINGS = { VOLUME_SPIKE: sayVolume, PRICE_BREAKOUT: sayBreakout, FOREIGN_ACCELERATION: sayForeign, BASIS_DIVERGENCE: sayBasis } as const

export const sayAlert = (alert: Alert, t: TFunction): AlertSentence =>
  SAYINGS[alert.alert_type](alert, t) ?? { text: alert.message, tone: '', size: '' }
