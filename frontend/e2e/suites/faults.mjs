import assert from 'node:assert/strict'
import { LIVE_WORDS } from '../dashboard-page.mjs'
import { assertAgrees } from '../figures/watch.mjs'
import { Cable } from '../servers/cable.mjs'

/**
 * What goes wrong between a page and its server. Each time: said within 5 s, old figures drained and dated, and when it
 * is over the page goes on by itself, without a reload, with the figures REST has.
 */

const TOLD_WITHIN_MS = 5000
const BACK_WITHIN_MS = 90_000
const TIME = /\d\d:\d\d:\d\d/
const ASLEEP_MS = 10 * 60_000
const SLOW_BY_MS = 6000
const SLOW_FOR_MS = 20_000

async function assertTold(board, since) {
  await board.until('told and drained', async () => (await board.isDrained()) && !LIVE_WORDS.test(await board.feedWords()), TOLD_WITHIN_MS - (Date.now() - since))
  await board.until('dated', async () => TIME.test(await board.feedWords()) || TIME.test(await board.clock()), 1000)
}

/** Figures and clock stand, and nothing says live. */
async function assertStands(board, ms) {
  const [figures, clock] = [await board.figures(), await board.clock()]
  const until = Date.now() + ms
  while (Date.now() < until) {
    assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
    await board.page.waitForTimeout(250)
  }
  assert.equal(await board.figures(), figures, 'the last whole state stays')
  assert.equal(await board.clock(), clock, 'the clock stands')
}

async function assertBack({ app, simulator }, board) {
  await board.waitForLive(BACK_WITHIN_MS)
  await board.until('colours are back', async () => !(await board.isDrained()), 5000)
  await assertAgrees(app, simulator, board, 'board')
  await board.assertMoves()
  assert.ok(await board.page.evaluate(() => window.isSamePage === true), 'the page was reloaded')
  board.expectRefusals(false)
}

/** @param begin makes the fault; @param end mends it, whatever became of the test */
async function through(world, board, begin, end, standMs = 3000) {
  await board.openBoard()
  await board.waitForLive()
  await board.page.evaluate(() => { window.isSamePage = true })
  board.expectRefusals()
  try {
    const since = Date.now()
    await begin()
    await assertTold(board, since)
    await assertStands(board, standMs)
  } finally {
    await end()
  }
  await assertBack(world, board)
}

/** Everything comes, and late: it moves, and yet it must not look live. */
async function slow(world, board, page, cable) {
  await board.openBoard()
  await board.waitForLive()
  await page.evaluate(() => { window.isSamePage = true })
  board.expectRefusals()
  const since = Date.now()
  cable.slow(SLOW_BY_MS)
  try {
    await assertTold(board, since)
    while (Date.now() - since < SLOW_FOR_MS) {
      assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
      assert.ok(await board.isDrained())
      await page.waitForTimeout(250)
    }
  } finally {
    cable.mend()
  }
  await assertBack(world, board)
}

async function polling(world, board, page) {
  let isSocketShut = false
  let isRestShut = false
  const open = new Set()
  await page.routeWebSocket(/\/ws\/market/, (socket) => {
    if (isSocketShut) return void socket.close({ code: 1012 })
    open.add(socket)
    socket.connectToServer()
  })
  await page.route('**/api/**', (route) => (isRestShut ? route.abort() : route.continue()))
  await board.openBoard()
  await board.waitForLive()
  board.expectRefusals()
  isSocketShut = isRestShut = true
  for (const socket of open) await socket.close({ code: 1012 })
  await board.banner('lost').waitFor({ timeout: TOLD_WITHIN_MS })
  isRestShut = false // the server answers REST, the socket stays shut
  await board.banner('polling').waitFor({ timeout: 30_000 })
  assert.equal(await board.isDrained(), false)
  assert.doesNotMatch(await board.feedWords(), LIVE_WORDS)
  await board.assertMoves()
  isSocketShut = false
  await board.banner('polling').getByRole('button').click()
  await board.banner('polling').waitFor({ state: 'detached', timeout: 15_000 })
  await board.assertMoves()
}

async function asleep(world, board, page, cable) {
  await page.clock.install()
  await board.openBoard()
  await board.waitForLive()
  await page.evaluate(() => { window.isSamePage = true })
  board.expectRefusals()
  cable.die() // a machine that sleeps hears nothing
  await world.simulator.setSpeed(60)
  await new Promise((resolve) => setTimeout(resolve, ASLEEP_MS / 60 / 4)) // the market goes on
  await world.simulator.setSpeed(1)
  const before = await board.figures()
  try {
    await page.clock.fastForward(ASLEEP_MS)
    await assertTold(board, Date.now())
    assert.equal(await board.figures(), before, 'the figures of before')
  } finally {
    cable.mend()
  }
  await assertBack(world, board)
}

export async function tryFaults(world) {
  const { harness, app, simulator } = world
  await simulator.setSpeed(4)
  const cable = new Cable(app.url)
  await cable.start()
  const test = (name, body, url = app.url) => harness.test(`fault: ${name}`, url, {}, body)
  await test('the network goes dead without a word', (board) => through(world, board, () => cable.die(), () => cable.mend()), cable.url)
  await test('the network is cut', (board) => through(world, board, () => cable.cut(), () => cable.mend()), cable.url)
  await test('the network is slow', (board, page) => slow(world, board, page, cable), cable.url)
  await test('the server stands still', (board) => through(world, board, () => app.freeze(), () => app.thaw()))
  await test('the laptop sleeps ten minutes', (board, page) => asleep(world, board, page, cable), cable.url)
  await test('the socket is shut, REST answers', (board, page) => polling(world, board, page))
  await test('the server stops and comes back', (board) => through(world, board, () => app.stop(), () => app.start()))
  cable.stop()
  await simulator.setSpeed(1)
}
