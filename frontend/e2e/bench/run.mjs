/**
 * What the board costs with a whole market: npm run bench -- [--seconds 600] [--updates 2000] [--symbols 1600]
 * The simulator runs as fast as brings so many messages a second; figures are printed beside the targets.
 */
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { DashboardPage } from '../dashboard-page.mjs'
import { FLAGS } from '../options.mjs'
import { Application } from '../servers/application.mjs'
import { stopAll } from '../servers/child.mjs'
import { Simulator } from '../servers/simulator.mjs'
import { figure, printTable } from './figures.mjs'
import { frames, PageCost, watchFirstRow } from './page-cost.mjs'

const TARGETS = { mainMs: 150, heapMb: 10, paintMs: 1500 }
const FRAMES_ENOUGH = 0.95 // of what an empty page has
const WARM_UP_S = 20
const RATE_SAMPLE_S = 10
const START = '09:20'

const options = { seconds: '600', updates: '2000', symbols: '1600', chromium: '/usr/bin/chromium', out: '../test-results/bench', search: '?list=HOSE' }
for (let i = 2; i < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1]
const seconds = Number(options.seconds)
const sleep = (s) => new Promise((resolve) => setTimeout(resolve, s * 1000))
mkdirSync(options.out, { recursive: true })

/** Messages a second that the simulator sends. */
async function rateOf(simulator, body = () => sleep(RATE_SAMPLE_S)) {
  const [before, startedAt] = [(await simulator.ask('connections')).messages_sent, Date.now()]
  await body()
  return ((await simulator.ask('connections')).messages_sent - before) / ((Date.now() - startedAt) / 1000)
}

/** Set the market's speed so that it brings the rate that is wanted. */
async function pace(simulator, wanted) {
  await sleep(RATE_SAMPLE_S)
  const rate = await rateOf(simulator)
  await simulator.setSpeed(wanted / rate)
}

async function emptyPageFrames(browser, url) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 } })
  await page.goto(`${url}/favicon.svg`)
  const { perSecond } = await frames(page)
  await page.close()
  return perSecond
}

async function measure(browser, url, simulator) {
  const control = await emptyPageFrames(browser, url)
  const dashboard = new DashboardPage(await browser.newPage({ viewport: { width: 1600, height: 900 } }), url)
  const { page } = dashboard
  await watchFirstRow(page)
  await dashboard.openBoard(options.search)
  const paintMs = await page.evaluate(() => window.firstRowMs)
  const rows = await page.getByRole('grid').getAttribute('aria-rowcount')
  await sleep(WARM_UP_S)
  const cost = await PageCost.of(page)
  const heapBefore = await cost.heapMb()
  let main
  const rate = await rateOf(simulator, async () => {
    main = await cost.during(() => sleep(seconds))
  })
  const heapAfter = await cost.heapMb()
  const shown = await frames(page)
  return { control, paintMs, rows, rate, main, heapBefore, heapAfter, shown, errors: dashboard.errors }
}

function print({ control, paintMs, rows, rate, main, heapBefore, heapAfter, shown, errors }) {
  const grown = heapAfter - heapBefore
  printTable([
    figure('messages a second from the feed', options.updates, rate.toFixed(0)),
    figure('rows of the board', '-', String(rows)),
    figure('measured for', '600 s', `${seconds} s`),
    figure('main thread', `<= ${TARGETS.mainMs} ms/s`, `${main.cpu.toFixed(0)} ms/s (by the wall ${main.task.toFixed(0)}, script ${main.script.toFixed(0)}, layout ${main.layout.toFixed(0)})`, main.cpu <= TARGETS.mainMs),
    figure('frames a second', `as an empty page (${control.toFixed(0)})`, `${shown.perSecond.toFixed(1)}, longest wait ${shown.longestMs.toFixed(0)} ms`, shown.perSecond >= control * FRAMES_ENOUGH),
    figure('heap growth', `< ${TARGETS.heapMb} MB`, `${grown.toFixed(1)} MB (${heapBefore.toFixed(1)} to ${heapAfter.toFixed(1)})`, grown < TARGETS.heapMb),
    figure('first row on the screen', `< ${TARGETS.paintMs} ms`, `${paintMs?.toFixed(0)} ms`, paintMs < TARGETS.paintMs),
    figure('console errors', '0', String(errors.length), errors.length === 0),
  ])
}

const simulator = new Simulator(`${options.out}/simulator.log`)
let browser
const leave = () => void stopAll().then(() => process.exit(130))
process.once('SIGINT', leave)
process.once('SIGTERM', leave)
try {
  await simulator.start({ start: START, symbols: Number(options.symbols) })
  const app = new Application(`${options.out}/application.log`, { SIM_URL: `${simulator.url}/`, DATABASE_URL: 'off', TRACKED_SYMBOLS: 'ALL' })
  await app.start()
  browser = await chromium.launch({ executablePath: options.chromium, args: FLAGS })
  await pace(simulator, Number(options.updates))
  print(await measure(browser, app.url, simulator))
} finally {
  await browser?.close()
  await stopAll()
}
