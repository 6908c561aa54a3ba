import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIVE_WORDS } from '../dashboard-page.mjs'
import { SIZES } from '../harness.mjs'
import { Application } from '../servers/application.mjs'
import { Simulator } from '../servers/simulator.mjs'

/** A stretch of market is recorded, then replayed: nothing calls it live, and the bar drives it. */

const FROM = '09:14:00'
const TO = '09:24:00'
const SPEED = 100
const SETTLED_MS = 20_000
const HALF_WAY = '09:19:00'

/** Record ten minutes with an application and a simulator of their own. */
async function record(folder, out) {
  const simulator = new Simulator(`${out}/replay-simulator.log`)
  await simulator.start({ start: FROM, activity: 0.3, speed: SPEED })
  const app = new Application(`${out}/replay-recording.log`, { DATABASE_URL: 'off', RECORD_DIR: folder, SIM_URL: `${simulator.url}/` })
  await app.start()
  await simulator.leapTo(TO, SPEED)
  await app.stop()
  await simulator.stop()
  return join(folder, readdirSync(folder)[0])
}

const place = (page) => page.getByRole('slider').getAttribute('aria-valuetext')
const seconds = (text) => text.slice(0, 8).split(':').reduce((sum, part) => sum * 60 + Number(part), 0)

/** What REST says of the board's figures, for two looks at the same place. */
async function figuresOf(app) {
  const { prices, quotes } = await app.get('/api/market/snapshot')
  return JSON.stringify({ prices, quotes })
}

/** Do what makes it seek, and wait until it has arrived. */
async function seeking(app, move) {
  const { seeks } = await app.get('/api/replay')
  await move()
  await app.waitUntil('/api/replay', (replay) => replay.seeks > seeks && !replay.is_seeking)
}

/** Seek by asking the server, and wait until it has arrived and stands. */
async function standAt(app, position) {
  const ask = () => fetch(`${app.url}/api/replay`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ is_paused: true, position }) })
  await seeking(app, ask)
}

async function isNeverLive({ app }, board, page) {
  await board.openBoard()
  const bar = page.getByRole('region', { name: 'Điều khiển phát lại' })
  await bar.waitFor()
  assert.match(await bar.textContent(), /PHÁT LẠI/)
  assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
  const answer = await fetch(`${app.url}/api/market/snapshot`)
  assert.equal(answer.headers.get('x-feed-source'), 'replay')
}

async function isDriven({ app }, board, page) {
  await board.openBoard()
  const slider = page.getByRole('slider')
  await slider.waitFor()
  await page.getByRole('combobox', { name: 'Tốc độ phát' }).selectOption('10')
  await app.waitUntil('/api/replay', ({ speed }) => speed === 10)

  const { is_paused: wasPaused } = await app.get('/api/replay')
  if (wasPaused) await page.getByRole('button', { name: 'Phát tiếp' }).click()
  await slider.focus()
  await page.keyboard.press('Space')
  await app.waitUntil('/api/replay', (replay) => replay.is_paused)
  await page.waitForTimeout(1500) // the bar has asked again
  const stood = await place(page)
  await page.waitForTimeout(1500)
  assert.equal(await place(page), stood, 'a paused replay stands')
  assert.ok(!(await board.isDrained()), 'a replay that stands is not stale')

  await slider.focus()
  await seeking(app, () => page.keyboard.press('End'))
  await board.until('at the end', async () => seconds(await place(page)) >= seconds(TO) - 60, SETTLED_MS)
  const atEnd = await figuresOf(app)

  const box = await slider.boundingBox()
  await seeking(app, () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2))
  await board.until('half way back', async () => Math.abs(seconds(await place(page)) - seconds(HALF_WAY)) < 60, SETTLED_MS)
  const shown = await figuresOf(app)
  assert.notEqual(shown, atEnd, 'the market is that of the place')

  const { position } = await app.get('/api/replay')
  await standAt(app, `${position.slice(0, 10)}T09:16:00+07:00`)
  await standAt(app, position)
  assert.equal(await figuresOf(app), shown, 'the same place has the same figures')

  await page.getByRole('switch', { name: 'Bỏ giờ nghỉ' }).click()
  await app.waitUntil('/api/replay', (replay) => replay.skips_lunch)
  await page.getByRole('button', { name: 'Phát tiếp' }).click()
  await board.assertMoves()
}

async function fitsThePhone(_world, board, page) {
  await board.open('/')
  const bar = page.getByRole('region', { name: 'Điều khiển phát lại' })
  await bar.waitFor()
  const box = await bar.boundingBox()
  assert.ok(box.width <= SIZES[2][0], 'the bar is as wide as the screen')
  assert.ok(box.height <= 160, `the bar is ${box.height} px high`)
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing sticks out')
  for (const role of ['slider', 'combobox', 'switch']) {
    const touched = await bar.getByRole(role).boundingBox()
    assert.ok(touched.height >= 44, `${role} is ${touched.height} px high`)
  }
}

export async function tryReplay({ harness, out }) {
  const folder = mkdtempSync(join(tmpdir(), 'vnst-recording-'))
  const app = new Application(`${out}/replay.log`, { FEED_SOURCE: 'replay', SIM_SPEED: '10', DATABASE_URL: 'off' })
  const world = { app, out }
  try {
    app.env.REPLAY_FILES = await record(folder, out)
    await app.start()
    await app.waitUntil('/api/market/snapshot', ({ prices }) => Object.keys(prices).length >= 20)
    harness.isAway = ((before) => (url) => before(url) || (url.startsWith(app.url) && app.isAway(url)))(harness.isAway)
    await harness.test('replay: never live', app.url, {}, (board, page) => isNeverLive(world, board, page))
    await harness.test('replay: driven by its bar', app.url, {}, (board, page) => isDriven(world, board, page))
    await harness.test('replay: on the phone', app.url, { size: SIZES[2] }, (board, page) => fitsThePhone(world, board, page))
  } finally {
    await app.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
