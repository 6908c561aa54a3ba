/**
 * Browser tests of the dashboard against a running backend.
 * npm run e2e -- --base-url http://127.0.0.1:8000 [--out folder] [--chromium path] [--only words]
 */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { BoardPage, LIVE_WORDS } from './board-page.mjs'
import { readOptions } from './options.mjs'
import { expectedColours, PALETTES, THEMES } from './palettes.mjs'

const { baseUrl, out, only, control, variants, launch } = readOptions(process.argv.slice(2))
const SIZES = [[1600, 900], [1280, 720], [390, 844]]
const PHONE_WIDTH = 390
mkdirSync(out, { recursive: true })
const browser = await chromium.launch(launch)

/** Each test has a page of its own; an error in its console fails it. */
async function test(name, size, body) {
  if (!name.includes(only)) return
  const [width, height] = size
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: width === PHONE_WIDTH ? 2 : 1 })
  const board = new BoardPage(await context.newPage(), baseUrl)
  try {
    await body(board, board.page)
    assert.deepEqual(board.errors, [], 'console')
    console.log(`ok    ${name}`)
  } catch (error) {
    process.exitCode = 1
    console.log(`FAIL  ${name}\n      ${error.message.split('\n').join('\n      ')}`)
    await board.page.screenshot({ path: `${out}/failed-${name.replace(/\W+/g, '-')}.png` }).catch(() => undefined)
  } finally {
    await context.close()
  }
}

async function assertAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
  const lines = violations.map(({ id, nodes }) => `${id} x${nodes.length}: ${nodes[0].html.slice(0, 120)} ${nodes[0].failureSummary?.split('\n')[1] ?? ''}`)
  assert.deepEqual(lines, [], 'axe')
}

/** Every pair of size, theme and palette occurs in one of these nine; the other nine repeat pairs. */
const isPairwise = (size, theme, palette) => (SIZES.indexOf(size) + PALETTES.indexOf(palette)) % 2 === THEMES.indexOf(theme)

for (const size of SIZES) for (const theme of THEMES) for (const palette of PALETTES) {
  if (variants === 'pairwise' && !isPairwise(size, theme, palette)) continue
  const name = `${size.join('x')} ${theme} ${palette}`
  await test(name, size, async (board, page) => {
    await board.open({ theme, palette, language: palette === 'vn' ? 'en' : 'vi' })
    const bands = await board.assertColours(expectedColours(theme, palette), name)
    // Limits and reference have columns of their own; the phone shows none of them.
    if (size[0] !== PHONE_WIDTH) for (const band of ['ceil', 'floor', 'ref']) assert.ok(bands.includes(band), `no cell shows ${band}`)
    await board.assertFits()
    await assertAccessible(page)
    await page.screenshot({ path: `${out}/board-${name.replaceAll(' ', '-')}.png` })
  })
}

await test('the board moves, on deltas that follow one another', SIZES[0], async (board, page) => {
  const frames = []
  page.on('websocket', (socket) => {
    assert.match(socket.url(), /\/ws\/market\?mode=delta&interval_ms=250$/)
    socket.on('framereceived', ({ payload }) => frames.push(JSON.parse(payload)))
  })
  await board.open()
  await board.assertMoves()
  const states = frames.filter((frame) => frame.type === 'snapshot' || frame.type === 'delta')
  assert.deepEqual([frames[0].type, states[0].type, states[0].interval_ms], ['status', 'snapshot', 250])
  assert.ok(states.length > 1, 'no delta came')
  states.slice(1).forEach((delta, i) => assert.deepEqual([delta.type, delta.prev, delta.epoch], ['delta', states[i].seq, states[0].epoch]))
})

await test('a lost delta: asked for once, made good, nothing else', SIZES[0], async (board, page) => {
  const asked = []
  const came = []
  let toLose = 0
  await page.routeWebSocket(/\/ws\/market/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      asked.push(message)
      server.send(message)
    })
    server.onMessage((message) => {
      const { type } = JSON.parse(message)
      if (type === 'delta' && toLose > 0) return void toLose--
      came.push(type)
      socket.send(message)
    })
  })
  await board.open()
  await board.assertMoves()
  assert.deepEqual(asked, [], 'nothing to ask for before')
  toLose = 1
  const until = Date.now() + 30_000
  while (came.filter((type) => type === 'snapshot').length < 2 && Date.now() < until) await page.waitForTimeout(100)
  assert.deepEqual(asked, ['{"action":"resync"}'])
  assert.match(await board.feedWords(), LIVE_WORDS)
  await board.assertMoves()
  assert.equal(asked.length, 1)
})

await test('a hidden tab holds no socket, and shows nothing old as live when it is back', SIZES[0], async (board, page) => {
  await page.clock.install()
  const open = new Set()
  const held = []
  let isHeld = false
  let frames = 0
  await page.routeWebSocket(/\/ws\/market/, (socket) => {
    open.add(socket)
    const server = socket.connectToServer()
    socket.onClose((code) => {
      open.delete(socket)
      server.close({ code })
    })
    server.onMessage((message) => {
      frames++
      if (isHeld) held.push(() => socket.send(message))
      else socket.send(message)
    })
  })
  /** The page's clock may run ahead of the frames, but not so far that their lack looks like silence. */
  const pass = async (ms) => {
    await page.clock.fastForward(ms)
    const before = frames
    for (let i = 0; i < 100 && open.size && frames < before + 2; i++) await page.waitForTimeout(100)
  }
  await board.open()
  await board.assertMoves()
  await board.setHidden(true)
  await pass(30_000)
  await pass(28_000)
  assert.equal(open.size, 1, 'a minute is not over')
  await pass(3000)
  assert.equal(open.size, 0, 'hidden for a minute')
  const before = await board.figures()
  isHeld = true
  await board.setHidden(false)
  await page.waitForTimeout(1000)
  assert.equal(open.size, 1, 'back')
  assert.equal(await board.figures(), before)
  assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
  assert.match(await page.locator('main').evaluate((element) => getComputedStyle(element).filter), /saturate\(0\.12\)/)
  await page.screenshot({ path: `${out}/board-back-from-hidden.png` })
  isHeld = false
  for (const send of held) send()
  await board.waitForLive()
  await board.assertMoves()
})

await test('all of VN30 fits 1600x900 without scrolling', SIZES[0], async (board, page) => {
  await board.open()
  const dismiss = page.locator('[data-kind] button')
  if (await dismiss.count()) await dismiss.first().click()
  const { content, room } = await page.getByRole('grid').evaluate((grid) => ({ content: grid.scrollHeight, room: grid.clientHeight }))
  assert.ok(content <= room, `${content} px of rows in ${room} px`)
})

await test('keyboard, reading aloud, search, sort and filter in the URL', SIZES[0], async (board, page) => {
  await board.open()
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
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await assertAccessible(page)
  await page.screenshot({ path: `${out}/shortcuts.png` })
})

await test('the palette is offered once', SIZES[0], async (board, page) => {
  await page.goto(baseUrl)
  await page.locator('[data-symbol]').nth(3).waitFor({ timeout: 30_000 })
  const offer = page.getByRole('dialog', { name: /màu tăng, giảm/ })
  await offer.waitFor()
  await assertAccessible(page)
  await page.screenshot({ path: `${out}/first-visit.png` })
  await offer.getByRole('button', { name: /Xanh tăng/ }).click()
  await offer.getByRole('button', { name: 'Dùng bảng màu này' }).click()
  await page.reload()
  await page.locator('[data-symbol]').nth(3).waitFor()
  assert.equal(await offer.count(), 0)
  assert.equal(await page.evaluate(() => document.documentElement.dataset.palette), 'vn')
})

await test('cut off: drained, never live, then back', SIZES[0], async (board, page) => {
  let isRestCut = true
  const open = new Set()
  await page.routeWebSocket(/\/ws\/market/, (socket) => {
    if (board.isCut) return void socket.close({ code: 1012 })
    open.add(socket)
    socket.connectToServer()
  })
  await page.route('**/api/**', (route) => (board.isCut && isRestCut ? route.abort() : route.continue()))
  await board.open()
  await page.waitForTimeout(1500)
  board.isCut = true
  for (const socket of open) await socket.close({ code: 1012 })
  await page.locator('[data-kind=lost]').waitFor({ timeout: 5000 })
  const main = page.locator('main')
  assert.match(await main.evaluate((element) => getComputedStyle(element).filter), /saturate\(0\.12\)/)
  const clock = await board.clock()
  for (let i = 0; i < 48; i++) {
    assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
    await page.waitForTimeout(250)
  }
  assert.equal(await board.clock(), clock, 'the clock stands')
  await assertAccessible(page)
  await page.screenshot({ path: `${out}/board-lost.png` })

  isRestCut = false // the server answers REST, the socket stays shut
  await page.locator('[data-kind=polling]').waitFor({ timeout: 15_000 })
  assert.doesNotMatch(await main.evaluate((element) => getComputedStyle(element).filter), /saturate/)
  assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
  await board.assertMoves()
  await page.screenshot({ path: `${out}/board-polling.png` })

  board.isCut = false
  await page.locator('[data-kind=polling] button').click()
  await page.locator('[data-kind=polling]').waitFor({ state: 'detached', timeout: 15_000 })
  await board.assertMoves()
})

if (control) await test('the server is stopped and started: never live in between, then back by itself', SIZES[0], async (board, page) => {
  const epochs = new Set()
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => epochs.add(JSON.parse(payload).epoch)))
  await board.open()
  await board.waitForLive()
  board.isCut = true
  await fetch(`${control}/stop`, { method: 'POST' })
  await page.locator('[data-kind=lost]').waitFor({ timeout: 10_000 })
  const figures = await board.figures()
  for (let i = 0; i < 24; i++) {
    assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
    await page.waitForTimeout(250)
  }
  assert.equal(await board.figures(), figures, 'the last whole state stays')
  await fetch(`${control}/start`, { method: 'POST' })
  await board.waitForLive()
  await board.assertMoves()
  board.isCut = false
  epochs.delete(undefined)
  assert.equal(epochs.size, 2, 'another run of the server has another epoch')
  await page.screenshot({ path: `${out}/board-after-restart.png` })
})
else console.log('not run: the server is stopped and started (no --control)')

await browser.close()
