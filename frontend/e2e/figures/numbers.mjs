/** Figures as SPEC 2 and UI.md want them on the screen, written a second time on purpose: with Intl, not by hand. */

const formats = new Map()
function grouped(value, decimals) {
  if (!formats.has(decimals)) formats.set(decimals, new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }))
  return formats.get(decimals).format(value)
}

export const number = (value, decimals = 0) => {
  const text = grouped(Math.abs(value), decimals)
  return value < 0 && /[1-9]/.test(text) ? `\u2212${text}` : text
}
export const signed = (value, decimals) => {
  const text = number(value, decimals)
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}
/** A price on the wire (VND, or points of a future) as the board shows it: thousands of VND, points as they are. */
export const price = (value, isFuture = false) => (value ? number(isFuture ? value : value / 1000, isFuture ? 1 : 2) : '')
export const change = (value, isFuture = false) => (value == null ? '' : signed(isFuture ? value : value / 1000, isFuture ? 1 : 2))
export const volume = (value) => (value ? number(value) : '')
export const percent = (value, decimals = 2) => (value == null ? '' : `${signed(value, decimals)}%`)
export const billions = (vnd, decimals = 1) => number(vnd / 1e9, decimals)

const vietnam = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
export const clockTime = (moment) => vietnam.format(new Date(moment))
