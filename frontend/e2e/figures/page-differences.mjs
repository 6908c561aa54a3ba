import { billions, clockTime, number, percent, price, signed, volume } from './numbers.mjs'

/** For pages other than the board: what differs between screen and REST, a line each. */

/** Cells of a table whose rows name a symbol: `{ VCB: { net: '+1.2' } }`. */
const readTable = (page) =>
  page.locator('tr[data-symbol]').evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.dataset.symbol, Object.fromEntries([...row.querySelectorAll('[data-col]')].map((cell) => [cell.dataset.col, cell.textContent.trim()]))])),
  )

function tableDifferences(shown, expectedOf, least) {
  const symbols = Object.keys(shown)
  if (symbols.length < least) return [`a table of ${symbols.length} rows, expected at least ${least}`]
  return symbols.flatMap((symbol) => {
    const expected = expectedOf(symbol)
    if (!expected) return [`${symbol} is not in REST's answer`]
    return Object.entries(shown[symbol])
      .filter(([column, text]) => column in expected && ![expected[column]].flat().includes(text))
      .map(([column, text]) => `${symbol} ${column}: "${text}" on screen, "${expected[column]}" by REST`)
  })
}

async function missingIn(page, where, wanted) {
  const text = (await page.locator(where).first().innerText()).replace(/\s+/g, ' ')
  return wanted.filter((figure) => !text.includes(figure)).map((figure) => `no "${figure}" in "${text.slice(0, 300)}"`)
}

const millionth = (vnd) => Math.abs(vnd) / 1e9 >= 0.05 // less than that is shown as 0.0, with or without a sign
const net = (vnd) => (millionth(vnd) ? signed(vnd / 1e9, 1) : ['0.0', '', '–'])

async function foreign(page, { foreign: { summary, stocks }, foreignBySymbol }) {
  if (!stocks.length) return []
  const expectedOf = (symbol) => {
    const flow = foreignBySymbol.get(symbol)
    return flow && {
      buyVolume: volume(flow.buy_volume), sellVolume: volume(flow.sell_volume),
      buyValue: flow.buy_value ? billions(flow.buy_value) : '', sellValue: flow.sell_value ? billions(flow.sell_value) : '', net: net(flow.net_value),
      room: flow.total_room && flow.current_room ? `${number((flow.current_room / flow.total_room) * 100, 1)}%` : undefined,
    }
  }
  const known = (symbol) => Object.fromEntries(Object.entries(expectedOf(symbol) ?? {}).filter(([, text]) => text !== undefined))
  const cards = summary.total_buy_value ? [billions(summary.total_buy_value), billions(summary.total_sell_value)] : []
  return [...tableDifferences(await readTable(page), (symbol) => expectedOf(symbol) && known(symbol), 10), ...(await missingIn(page, 'main', cards))]
}

async function volumes(page, { stats, snapshot }) {
  const dash = (value) => volume(value) || '–'
  const expectedOf = (symbol) => {
    const day = stats[symbol]
    const data = snapshot.prices[symbol]
    if (!data) return undefined
    if (!day) return {}
    const { mua_chu_dong_volume: buy, ban_chu_dong_volume: sell } = day
    return {
      price: price(data.last_price), buy: dash(buy), sell: dash(sell), neutral: dash(day.neutral_volume), total: dash(day.total_volume),
      ato: dash(day.ato.total_volume), continuous: dash(day.continuous.total_volume), atc: dash(day.atc.total_volume),
      buyShare: buy + sell ? `${number((buy / (buy + sell)) * 100, 1)}%` : '–', net: net(day.mua_chu_dong_value - day.ban_chu_dong_value), missed: number(day.missed_volume),
    }
  }
  return tableDifferences(await readTable(page), expectedOf, 10)
}

async function derivatives(page, { snapshot }) {
  const shown = await page.locator('main tbody tr').evaluateAll((rows) => rows.map((row) => row.innerText.replace(/\s+/g, ' ')))
  return (snapshot.derivatives?.contracts ?? []).flatMap((contract) => {
    const row = shown.find((text) => text.includes(contract.alias) && text.includes(contract.symbol))
    if (!row) return [`no row of ${contract.alias}`]
    const { last_price: last, basis } = contract
    const wanted = last ? [price(last, true), signed(contract.change, 1), percent(contract.change_pct), number(contract.volume)] : []
    if (last && basis != null) wanted.push(signed(basis, 2))
    return wanted.filter((figure) => !row.includes(figure)).map((figure) => `${contract.alias}: no "${figure}" in "${row}"`)
  })
}

async function signals(page, { alerts: [newest] }) {
  if (!newest) return []
  const first = page.getByTestId('signal').first()
  if (!(await first.count())) return ['no signal is shown, REST has some']
  const { moment, text } = await first.locator('time').evaluate((time) => ({ moment: time.dateTime, text: time.textContent }))
  const differences = Date.parse(moment) === Date.parse(newest.timestamp) ? [] : [`the newest signal is of ${moment}, REST's of ${newest.timestamp}`]
  return text === clockTime(moment) ? differences : [...differences, `the signal of ${moment} shows ${text}`]
}

async function chart(page, { snapshot }) {
  const name = (await page.locator('main h1').first().innerText()).split(/\s/)[0]
  const contract = snapshot.derivatives?.contracts?.find(({ alias }) => alias === name)
  const index = snapshot.indices[name]
  const data = contract ?? snapshot.prices[name]
  if (index) return missingIn(page, 'main', [number(index.value, 2)])
  return data?.last_price ? missingIn(page, 'main', [price(data.last_price, Boolean(contract))]) : []
}

export const PAGE_DIFFERENCES = { foreign, volume: volumes, derivatives, signals, chart }
