import { chromium } from 'playwright-core'
import { DashboardPage, OPEN_LIMIT_MS } from './dashboard-page.mjs'

/** Runs tests one after the other, says what became of each, keeps a picture of those that failed. */

export const SIZES = [[1600, 900], [1280, 720], [390, 844]]
export const PHONE_WIDTH = 390

export class Harness {
  failed = 0
  passed = 0

  /** @param isAway what the test itself has taken away from the pages */
  constructor({ out, only, launch, isAway }) {
    this.isAway = isAway
    this.out = out
    this.only = only
    this.launch = launch
  }

  async start() {
    this.browser = await chromium.launch(this.launch)
  }

  wants(name) {
    return name.includes(this.only)
  }

  /** A page in a context of its own; `zone` is the browser's time zone. */
  async newPage(baseUrl, { size: [width, height] = SIZES[0], zone, more = {} } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height }, deviceScaleFactor: width === PHONE_WIDTH ? 2 : 1, timezoneId: zone, ...more })
    context.setDefaultNavigationTimeout(OPEN_LIMIT_MS)
    return new DashboardPage(await context.newPage(), baseUrl, this.isAway)
  }

  /** One test on a page that is there already; an error in its console fails it. */
  async check(name, dashboard, body) {
    if (!this.wants(name)) return
    const startedAt = Date.now()
    try {
      await body(dashboard, dashboard.page)
      dashboard.assertSilent()
      this.passed++
      console.log(`ok    ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`)
    } catch (error) {
      this.failed++
      dashboard.errors = []
      console.log(`FAIL  ${name}\n      ${String(error.message).split('\n').join('\n      ')}`)
      await dashboard.page.screenshot({ path: `${this.out}/failed-${name.replace(/[^\w-]+/g, '-')}.png` }).catch(() => undefined)
    }
  }

  /** A part of the day outside of its tests: one that breaks off fails, and the day goes on. */
  async run(name, body) {
    try {
      await body()
    } catch (error) {
      this.failed++
      console.log(`FAIL  ${name} broke off\n${error.stack}`)
    }
  }

  /** One test with a page of its own. */
  async test(name, baseUrl, options, body) {
    if (!this.wants(name)) return
    const dashboard = await this.newPage(baseUrl, options)
    await this.check(name, dashboard, body)
    await dashboard.page.context().close()
  }

  async stop() {
    await this.browser?.close()
  }
}
