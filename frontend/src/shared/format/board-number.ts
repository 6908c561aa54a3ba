/**
 * Board style: `29.05`, `30,169,800`, `+2.65%`, a real minus, the same in both languages, because a decimal comma
 * beside grouped volumes would be read as grouping. Hand-written: Intl costs three times as much on the hot path.
 */

const MINUS = '\u2212'

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')

export function formatNumber(value: number, decimals = 0): string {
  const fixed = Math.abs(value).toFixed(decimals)
  const [whole = '0', fraction] = fixed.split('.')
  const sign = value < 0 && Number(fixed) !== 0 ? MINUS : ''
  return sign + group(whole) + (fraction ? `.${fraction}` : '')
}

export function formatSigned(value: number, decimals: number): string {
  return (Number(value.toFixed(decimals)) > 0 ? '+' : '') + formatNumber(value, decimals)
}

export const formatPercent = (value: number, decimals = 2): string => `${formatSigned(value, decimals)}%`

/** Equities are traded in VND and shown in thousands of it; futures and indices are points as they are. */
export type PriceUnit = 'vnd' | 'points'

const VND_PER_SHOWN_UNIT = 1000
export const priceDecimals = (unit: PriceUnit): number => (unit === 'vnd' ? 2 : 1)
export const shownPrice = (value: number, unit: PriceUnit): number => (unit === 'vnd' ? value / VND_PER_SHOWN_UNIT : value)

/** An absent price is an empty cell, not a zero. */
export function formatPrice(value: number | null | undefined, unit: PriceUnit): string {
  return value ? formatNumber(shownPrice(roundedAverage(value, unit), unit), priceDecimals(unit)) : ''
}

/** An average of 99,255 VND is 99.26; but 99.255 is a little less in binary, and would be 99.25. */
const roundedAverage = (value: number, unit: PriceUnit): number => (unit === 'vnd' ? Math.round(value / 10) * 10 : value)

export function formatChange(value: number | null | undefined, unit: PriceUnit): string {
  return value == null ? '' : formatSigned(shownPrice(value, unit), priceDecimals(unit))
}

export function formatVolume(value: number | null | undefined): string {
  return value ? formatNumber(value) : ''
}

const VND_PER_BILLION = 1e9
/** VND as billions (tỷ), without the unit's name. */
export const formatBillions = (vnd: number, decimals = 1): string => formatNumber(vnd / VND_PER_BILLION, decimals)
export const formatSignedBillions = (vnd: number, decimals = 1): string => formatSigned(vnd / VND_PER_BILLION, decimals)

const SHARES_PER_MILLION = 1e6
export const formatMillions = (shares: number, decimals = 1): string => formatNumber(shares / SHARES_PER_MILLION, decimals)
export const formatSignedMillions = (shares: number, decimals = 1): string => formatSigned(shares / SHARES_PER_MILLION, decimals)

/** A part of a whole: `51.5%`, without a sign. */
export const formatShare = (part: number, whole: number, decimals = 1): string => (whole > 0 ? `${formatNumber((part / whole) * 100, decimals)}%` : '–')

/** The colour class of a flow: who gains by it. */
export const flowClass = (value: number): string => (value > 0 ? 'buy' : value < 0 ? 'sell' : '')
/** The same for a value that is shown in billions: what reads 0.0 has no side. */
export const billionsClass = (vnd: number, decimals = 1): string => flowClass(Number((vnd / VND_PER_BILLION).toFixed(decimals)))
