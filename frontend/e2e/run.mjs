/**
 * Browser tests of the built dashboard through one simulated day: make test-browser ARGS="--stages board,faults --only words"
 * They start the application, its simulator and its own database, and end them.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stopsOf } from './day.mjs'
import { Harness } from './harness.mjs'
import { readOptions } from './options.mjs'
import { Application } from './servers/application.mjs'
import { stopAll } from './servers/child.mjs'
import { Simulator } from './servers/simulator.mjs'

const ACTIVITY = 0.1 // a tenth of the messages of a real day: enough to see, and the day passes ten times as fast

const options = readOptions(process.argv.slice(2))
const out = resolve(options.out)
rmSync(out, { recursive: true, force: true })
mkdirSync(`${out}/matrix`, { recursive: true })
const dataDir = mkdtempSync(join(tmpdir(), 'vnst-e2e-'))
chmodSync(dataDir, 0o755) // PostgreSQL runs as another user when we are root

const simulator = new Simulator(`${out}/simulator.log`)
const app = new Application(`${out}/application.log`, { DATA_DIR: dataDir })
const harness = new Harness({ ...options, out, isAway: (url) => app.isAway(url) })
const world = { app, simulator, harness, out, isFull: options.isFull }
const startedAt = Date.now()

async function liveThroughTheDay() {
  await simulator.start({ start: options.start, activity: ACTIVITY })
  app.env.SIM_URL = `${simulator.url}/`
  await Promise.all([app.start(), harness.start()])
  for (const stop of stopsOf(options)) {
    if (options.stages.length && !options.stages.includes(stop.stage)) continue
    await harness.run(`${stop.stage} at ${stop.at}`, () => live(stop))
  }
}

/** Whatever became of the stop before: the feed is well and the application is there with its database. */
async function live({ stage, at, run }) {
  await simulator.recover()
  await app.ensureRunning()
  const leptAt = Date.now()
  await simulator.leapTo(at)
  const ranAt = Date.now()
  await run(world)
  console.log(`--    ${stage} at ${at}: ${Math.round((Date.now() - ranAt) / 1000)} s, and ${Math.round((ranAt - leptAt) / 1000)} s to get there`)
}

const leave = () => void stopAll().then(() => process.exit(130))
process.once('SIGINT', leave)
process.once('SIGTERM', leave)
try {
  await liveThroughTheDay()
} catch (error) {
  harness.failed++
  console.log(`FAIL  the day broke off\n${error.stack}`)
} finally {
  await harness.stop()
  await stopAll()
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 })
}
console.log(`browser tests: ${harness.passed} passed, ${harness.failed} failed, ${Math.round((Date.now() - startedAt) / 1000)} s; pictures in ${out}`)
process.exitCode = harness.failed || !harness.passed ? 1 : 0
