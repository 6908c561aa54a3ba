import assert from 'node:assert/strict'
import { LIVE_WORDS } from '../dashboard-page.mjs'

/** What goes over the page's socket: deltas that follow one another, one that is lost, none while nobody looks. */

async function deltasFollow(board, page) {
  const frames = []
  page.on('websocket', (socket) => {
    assert.match(socket.url(), /\/ws\/market\?mode=delta&interval_ms=250$/)
    socket.on('framereceived', ({ payload }) => frames.push(JSON.parse(payload)))
  })
  await board.openBoard()
  await board.assertMoves()
  const states = frames.filter((frame) => frame.channel === 'market' && (frame.type === 'snapshot' || frame.type === 'delta'))
  assert.deepEqual([frames[0].type, states[0].type, states[0].interval_ms], ['status', 'snapshot', 250])
  assert.ok(states.length > 1, 'no delta came')
  states.slice(1).forEach((delta, i) => assert.deepEqual([delta.type, delta.prev, delta.epoch], ['delta', states[i].seq, states[0].epoch]))
}

async function lostDelta(board, page) {
  const asked = []
  const came = []
  let toLose = 0
  await page.routeWebSocket(/\/ws\/market/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      if (JSON.parse(message).action === 'resync') asked.push(message)
      server.send(message)
    })
    server.onMessage((message) => {
      const { type, channel } = JSON.parse(message)
      if (type === 'delta' && channel === 'market' && toLose > 0) return void toLose--
      if (channel === 'market') came.push(type)
      socket.send(message)
    })
  })
  await board.openBoard()
  await board.assertMoves()
  assert.deepEqual(asked, [], 'nothing to ask for before')
  toLose = 1
  await board.until('a second snapshot', () => came.filter((type) => type === 'snapshot').length > 1, 30_000)
  assert.deepEqual(asked, ['{"action":"resync"}'])
  assert.match(await board.feedWords(), LIVE_WORDS)
  await board.assertMoves()
  assert.equal(asked.length, 1)
}

async function hiddenTab(board, page) {
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
  await board.openBoard()
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
  assert.ok(await board.isDrained())
  isHeld = false
  for (const send of held) send()
  await board.waitForLive()
  await board.assertMoves()
}

export async function tryDeltas({ harness, app }) {
  await harness.test('deltas follow one another', app.url, {}, deltasFollow)
  await harness.test('a lost delta: asked for once, made good, nothing else', app.url, {}, lostDelta)
  await harness.test('a hidden tab holds no socket, and shows nothing old as live when it is back', app.url, {}, hiddenTab)
}
