import { change, percent, price, signed, volume } from './numbers.mjs'

/** The board's rows as they stand on the screen, and as REST says they should. */

export const readBoard = (page) =>
  page.locator('[data-symbol]').evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.dataset.symbol, Object.fromEntries([...row.children].filter((cell) => cell.dataset.col).map((cell) => [cell.dataset.col, cell.textContent]))])),
  )

const LIMIT_TAGS = (last, { ceiling, floor }) => (last && last === ceiling ? 'CE' : last && last === floor ? 'FL' : '')

const sum = (levels) => (levels ?? []).reduce((total, [, quantity]) => total + quantity, 0)

/** In a call auction the matched columns show what would be matched, and which side is short. */
function matched(data) {
  const { est_match_price: estimate, ref_price: ref } = data
  if (!['ato', 'atc', 'plo'].includes(data.phase) || (!estimate && data.last_price)) return data
  const imbalance = sum(data.bids) - sum(data.asks)
  const moved = estimate && ref ? estimate - ref : null
  return { last_price: estimate, change: moved, change_pct: moved === null ? null : (moved / ref) * 100, imbalance }
}

export function expectedRow(symbol, data, foreign) {
  const shown = matched(data)
  const isFuture = data.exchange === 'DERIVATIVES'
  const level = (side, depth) => data[side]?.[depth - 1] ?? []
  const row = {
    symbol: symbol + LIMIT_TAGS(shown.last_price, data), ceiling: price(data.ceiling, isFuture), floor: price(data.floor, isFuture), ref: price(data.ref_price, isFuture),
    last: price(shown.last_price, isFuture), lastVolume: 'imbalance' in shown ? signed(shown.imbalance, 0) : volume(shown.last_volume),
    change: shown.last_price ? change(shown.change, isFuture) : '', percent: shown.last_price ? percent(shown.change_pct) : '',
    total: volume(data.total_volume), high: price(data.high, isFuture), low: price(data.low, isFuture), average: price(data.avg_price, isFuture),
  }
  for (const side of ['bids', 'asks']) for (const depth of [1, 2, 3]) {
    row[`${side}${depth}`] = price(level(side, depth)[0], isFuture)
    row[`${side}${depth}v`] = volume(level(side, depth)[1])
  }
  if (foreign) Object.assign(row, { foreignBuy: volume(foreign.buy_volume), foreignSell: volume(foreign.sell_volume) })
  return row
}

/** Differences between screen and REST, a line each; columns that the screen does not show are not compared. */
export async function boardDifferences(page, rest) {
  const shown = await readBoard(page)
  if (!Object.keys(shown).length) return ['the board has no rows']
  return Object.entries(shown).flatMap(([symbol, cells]) => {
    const data = rest.snapshot.prices[symbol]
    if (!data) return [`${symbol} is not in the snapshot`]
    const expected = expectedRow(symbol, data, rest.foreignBySymbol.get(symbol))
    return Object.entries(cells)
      .filter(([column, text]) => column in expected && text.trim() !== expected[column])
      .map(([column, text]) => `${symbol} ${column}: "${text}" on screen, "${expected[column]}" by REST`)
  })
}
