import { Watch } from './figures/watch.mjs'
import { lookAtAll, lookAtAllThrough } from './matrix/matrix.mjs'
import { tryBoard } from './suites/board.mjs'
import { tryDeltas } from './suites/deltas.mjs'
import { tryFaults } from './suites/faults.mjs'
import { tryKeyboard } from './suites/keyboard.mjs'
import { tryReplay } from './suites/replay.mjs'
import { tryLogin } from './suites/login.mjs'

/** The day of the tests, in the order of its hours: each stop is a stage, a time in Vietnam, and what is tried there. */

/** Moments at which what is on the screen is compared with REST; pages are open all day for it. */
const MOMENTS = [
  '08:50:00', '09:01:00', '09:14:30', '09:15:20', '09:16:00', '09:25:00', '09:40:00', '10:00:00', '10:30:00', '11:00:00',
  '11:29:30', '11:50:00', '13:00:30', '13:20:00', '14:00:00', '14:29:00', '14:33:00', '14:45:30', '15:02:00', '15:20:00',
]
const REFUSED_S = 600
const BACK_LIMIT_MS = 120_000 // attempts are up to a minute apart
const watch = new Watch()

const LOOKED_AT = [
  { stage: 'before', at: '08:40:30', run: (world) => lookAtAll(world, 'before') },
  { stage: 'figures', at: '08:40:31', run: (world) => watch.open(world) },
  { stage: 'data', at: '10:00:01', run: (world) => lookAtAll(world, 'data') },
  { stage: 'board', at: '10:00:02', run: withMovement(tryBoard) },
  { stage: 'deltas', at: '10:00:03', run: withMovement(tryDeltas) },
  { stage: 'keyboard', at: '10:00:04', run: tryKeyboard },
  { stage: 'login', at: '10:00:05', run: tryLogin },
  { stage: 'stalled', at: '10:30:01', run: lookWhileStalled },
  { stage: 'down', at: '10:30:02', run: lookWhileDown },
  { stage: 'faults', at: '10:30:03', run: tryFaults },
  { stage: 'lunch', at: '11:50:01', run: (world) => lookAtAll(world, 'lunch') },
  { stage: 'closed', at: '15:20:01', run: lookWhileClosed },
  { stage: 'replay', at: '15:20:02', run: tryReplay },
]

/** @param every of so many moments one is compared: the second, which is in the ATO, and so on */
export function stopsOf({ every }) {
  const compared = MOMENTS.filter((_, n) => n % every === Math.min(1, every - 1)).map((at) => ({ stage: 'figures', at, run: (world) => watch.compare(world, at) }))
  return [...LOOKED_AT, ...compared].sort((a, b) => a.at.localeCompare(b.at))
}

/** Thin as the market is, it moves often enough to be seen moving. */
function withMovement(run) {
  return async (world) => {
    await world.simulator.setSpeed(4)
    await run(world)
    await world.simulator.setSpeed(1)
  }
}

/** The feed falls silent and lets nobody in again: without that a new attempt would look alive for a while. */
async function lookWhileStalled(world) {
  const { app, simulator } = world
  await simulator.setSpeed(10)
  await simulator.fault('stall')
  await app.waitUntil('/health', ({ feed }) => feed.state === 'stalled' || feed.state === 'reconnecting')
  await simulator.fault('refuse', { seconds: REFUSED_S })
  await simulator.fault('drop')
  await simulator.setSpeed(1)
  await app.waitUntil('/health', ({ feed }) => feed.state === 'reconnecting')
  await lookAtAll(world, 'stalled')
  await simulator.clearFaults()
  await app.waitUntil('/health', ({ feed }) => feed.state === 'live', BACK_LIMIT_MS)
}

/** The market of the tests goes from an evening to the next morning within seconds: its clock stands while pages are looked at. */
async function lookWhileClosed(world) {
  const { app, simulator } = world
  await simulator.pause()
  await app.waitUntil('/health', ({ feed }) => feed.state === 'closed')
  await lookAtAll(world, 'closed')
  await simulator.resume()
}

/** The server goes away under open pages, comes back without a database, then with it. */
async function lookWhileDown(world) {
  const { app } = world
  await lookAtAllThrough(world, 'down', () => app.stop())
  await app.start({ DATABASE_URL: 'off' })
  await app.waitUntil('/health', ({ feed }) => feed.state === 'live')
  await lookAtAll(world, 'nodb')
  await app.stop()
  await app.start()
}
