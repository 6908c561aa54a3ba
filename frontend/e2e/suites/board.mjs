import assert from 'node:assert/strict'
import { assertAccessible } from '../checks/accessible.mjs'
import { OPEN_LIMIT_MS } from '../dashboard-page.mjs'
import { expectedColours, PALETTES, THEMES } from '../checks/palettes.mjs'

/** What only the board has: its colours, its room, its keys, its address; and the first visit. */

const BANDS_WITH_COLUMNS = ['ceil', 'floor', 'ref']

async function colours(board, page) {
  await board.openBoard()
  for (const theme of THEMES) for (const palette of PALETTES) {
    const expected = expectedColours(theme, palette)
    const found = await page.evaluate(
      ([bands, chosen]) => {
        Object.assign(document.documentElement.dataset, chosen)
        const colourOf = (band) => {
          const cell = document.querySelector(`[data-symbol] .${band}`)
          return cell ? getComputedStyle(cell).color : null
        }
        return Object.fromEntries(bands.map((band) => [band, colourOf(band)]))
      },
      [Object.keys(expected), { theme, palette }],
    )
    for (const band of BANDS_WITH_COLUMNS) assert.ok(found[band], `no cell shows ${band}`)
    for (const [band, colour] of Object.entries(found)) if (colour) assert.equal(colour, expected[band], `${theme} ${palette}: colour of ${band}`)
  }
}

async function wholeVn30(board, page) {
  await board.openBoard()
  const dismiss = page.locator('[data-kind] button')
  if (await dismiss.count()) await dismiss.first().click()
  const { content, room } = await page.getByRole('grid').evaluate((grid) => ({ content: grid.scrollHeight, room: grid.clientHeight }))
  assert.ok(content <= room, `${content} px of rows in ${room} px`)
}

async function keysAndAddress(board, page) {
  await board.openBoard()
  const grid = page.getByRole('grid')
  await grid.focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'End']) await page.keyboard.press(key)
  const active = await grid.getAttribute('aria-activedescendant')
  assert.ok(await page.evaluate((id) => document.getElementById(id) !== null, active), 'the active cell is mounted')
  await page.keyboard.press('r')
  await page.waitForFunction(() => [...document.querySelectorAll('[aria-live=polite]')].some((region) => /\d/.test(region.textContent)))
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/sort=symbol&dir=desc/)
  await page.locator('[data-symbol=VRE][aria-rowindex="2"]').waitFor()
  await page.keyboard.press('Enter')
  await page.locator('[data-symbol=ACB][aria-rowindex="2"]').waitFor()
  await page.locator('button[aria-pressed=false]', { hasText: 'Tăng' }).click()
  await page.waitForURL(/band=up/)
  await page.keyboard.press('/')
  await page.keyboard.type('hpg')
  await page.keyboard.press('Enter')
  await page.locator('[data-symbol=HPG][aria-selected=true]').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await assertAccessible(page, 'dialog[open], [role=dialog]')
}

async function firstVisit(board, page) {
  await page.goto(board.baseUrl)
  await page.locator('[data-symbol]').nth(3).waitFor({ timeout: OPEN_LIMIT_MS })
  const offer = page.getByRole('dialog', { name: /màu tăng, giảm/ })
  await offer.waitFor()
  await assertAccessible(page, 'dialog[open], [role=dialog]')
  await offer.getByRole('button', { name: /Xanh tăng/ }).click()
  await offer.getByRole('button', { name: 'Dùng bảng màu này' }).click()
  await page.reload()
  await page.locator('[data-symbol]').nth(3).waitFor()
  assert.equal(await offer.count(), 0)
  assert.equal(await page.evaluate(() => document.documentElement.dataset.palette), 'vn')
}

export async function tryBoard({ harness, app }) {
  await harness.test('each theme and palette has its colours', app.url, {}, colours)
  await harness.test('all of VN30 fits 1600x900 without scrolling', app.url, {}, wholeVn30)
  await harness.test('keys, reading aloud, search, sort and filter in the URL', app.url, {}, keysAndAddress)
  await harness.test('the palette is offered once', app.url, {}, firstVisit)
}
