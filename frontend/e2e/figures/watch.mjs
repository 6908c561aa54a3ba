import assert from 'node:assert/strict'
import { PAGES } from '../pages.mjs'
import { secondsOf } from '../servers/simulator.mjs'
import { boardDifferences } from './board.mjs'
import { clockTime } from './numbers.mjs'
import { PAGE_DIFFERENCES } from './page-differences.mjs'
import { stripDifferences } from './strip.mjs'

/**
 * A tab on every page from morning to evening, never reloaded, in a browser of another continent. At a moment the
 * market is held, and what every tab shows is compared with what REST says.
 */

const ZONE = 'America/New_York'
const AGREE_WITHIN_MS = 30_000 // a leap leaves much to take in, and nobody else is asked to hurry
const SHOWN_AT_MOST = 10
const SETTLE_MS = 300
const CLOCK_SLACK_S = 90
const LAST_MATCH = '14:45:00'

export async function readRest(app) {
  const [snapshot, foreign, { stats }, alerts] = await Promise.all(
    ['/api/market/snapshot', '/api/market/foreign-detail', '/api/market/volume-stats', '/api/market/alerts?limit=1'].map((path) => app.get(path)),
  )
  return { snapshot, foreign, stats, alerts, foreignBySymbol: new Map(foreign.stocks.map((stock) => [stock.symbol, stock])) }
}

/** What REST says once everything that was sent is taken in: twice the same, feed ages left aside. */
export async function readHeldRest(app) {
  let before = ''
  for (;;) {
    const rest = await readRest(app)
    const now = JSON.stringify({ ...rest, snapshot: { ...rest.snapshot, feed: null } })
    if (now === before) return rest
    before = now
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }
}

const differencesOf = async (name, page, rest) => [
  ...(await stripDifferences(page, rest)),
  ...(await (name === 'board' ? boardDifferences(page, rest) : (PAGE_DIFFERENCES[name]?.(page, rest) ?? []))),
]

/** Until screen and REST agree, as the market is held. */
export async function assertAgrees(app, simulator, dashboard, name) {
  await simulator.pause()
  try {
    const rest = await readHeldRest(app)
    let differences = []
    const until = Date.now() + AGREE_WITHIN_MS
    do {
      differences = await differencesOf(name, dashboard.page, rest)
      if (differences.length) await dashboard.page.waitForTimeout(250)
    } while (differences.length && Date.now() < until)
    assert.deepEqual(differences.slice(0, SHOWN_AT_MOST), [], `${differences.length} figures differ from REST`)
  } finally {
    await simulator.resume()
  }
}

export class Watch {
  tabs = []

  async open({ harness, app }) {
    for (const { path, name } of PAGES) {
      const dashboard = await harness.newPage(app.url, { zone: ZONE })
      await dashboard.open(path, { language: 'en' })
      await dashboard.page.evaluate(() => { window.isNeverReloaded = true })
      this.tabs.push([name, dashboard])
    }
  }

  async compare({ harness, app, simulator }, at) {
    for (const [name, dashboard] of this.tabs) {
      await harness.check(`figures of ${name} at ${at}`, dashboard, async () => {
        await assertAgrees(app, simulator, dashboard, name)
        assert.ok(await dashboard.page.evaluate(() => window.isNeverReloaded === true), 'the tab was reloaded')
        if (name === 'board') await this.assertVietnamTime(dashboard, app, simulator)
      })
    }
  }

  /**
   * The clock on the page is the market's, give or take what passes while we look; in New York it is another hour.
   * Once the day is final it stands at what is shown: behind the last match, before the market's own time.
   */
  async assertVietnamTime(dashboard, app, simulator) {
    const shown = await dashboard.clock()
    if (!/^\d\d:\d\d:\d\d$/.test(shown)) return // the day has not begun
    const { session } = await app.get('/api/market/snapshot')
    const market = clockTime((await simulator.ask('clock')).time)
    const isRight = session.is_final ? shown >= LAST_MATCH && shown <= market : Math.abs(secondsOf(shown) - secondsOf(market)) < CLOCK_SLACK_S
    assert.ok(isRight, `the page's clock shows ${shown}, the market's ${market}`)
  }

  async close() {
    for (const [, dashboard] of this.tabs) await dashboard.page.context().close()
  }
}
