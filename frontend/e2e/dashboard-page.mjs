import assert from 'node:assert/strict'

/** A page of the dashboard as a user sees it: how to open it, what it says of itself, what can be read from it. */
export const LIVE_WORDS = /Trực tiếp|\bLive\b/
export const DRAINED = /saturate\(0\.12\)/

const SETTLE_MS = 300
export const OPEN_LIMIT_MS = 120_000 // how fast pages open is measured elsewhere (bench): here a busy machine may take its time
const REFUSED = /Failed to load resource|WebSocket connection to|net::ERR_/

export class DashboardPage {
  errors = []
  /** Which complaints of the browser about a refused request are the test's own doing. */
  expects = () => false

  /** @param isAway which addresses cannot be reached by the test's own doing, on any page */
  constructor(page, baseUrl, isAway = () => false) {
    this.page = page
    this.baseUrl = baseUrl
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return
      const text = message.text()
      const { url } = message.location()
      if (url.endsWith('/favicon.ico')) return // asked for by the browser where a page is not ours
      if (REFUSED.test(text) && (isAway(url || text) || this.expects(url || text))) return
      this.errors.push(`${text} ${url}`)
    })
  }

  assertSilent() {
    const errors = this.errors
    this.errors = []
    assert.deepEqual(errors, [], 'console')
  }

  /** The server cannot be reached: the browser itself reports each attempt. */
  expectRefusals(isExpected = true) {
    this.expects = () => isExpected
  }

  async prefer({ theme = 'dark', palette = 'red-up', language = 'vi' } = {}) {
    const preferences = JSON.stringify({ state: { theme, palette, language, density: null }, version: 1 })
    await this.page.evaluate((value) => localStorage.setItem('vnst.preferences', value), preferences)
  }

  /** Open a path with these preferences and wait until it says something. */
  async open(path = '/', preferences = {}) {
    if (!this.page.url().startsWith(this.baseUrl)) await this.page.goto(`${this.baseUrl}/favicon.svg`)
    await this.prefer(preferences)
    await this.page.goto(this.baseUrl + path)
    await this.settle()
  }

  /** The board with rows on it. */
  async openBoard(search = '', preferences = {}) {
    await this.open(`/${search}`, preferences)
    await this.page.locator('[data-symbol]').nth(3).waitFor({ timeout: OPEN_LIMIT_MS })
  }

  /** The page itself is there, not only its frame or a board's bars, and so are the fonts. */
  async settle() {
    await this.page.locator('main h1').first().waitFor({ state: 'attached', timeout: OPEN_LIMIT_MS })
    await this.page.locator('main [aria-busy=true]').first().waitFor({ state: 'detached', timeout: OPEN_LIMIT_MS })
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined))
    await this.page.waitForTimeout(SETTLE_MS)
  }

  /** Everything figures can say on the board now. */
  figures() {
    return this.page.locator('[data-symbol]').evaluateAll((rows) => rows.map((row) => row.textContent).join('|'))
  }

  /** What the feed's cell and the banners say, a space between their parts. */
  feedWords() {
    return this.page.evaluate(() => {
      const words = []
      for (const element of document.querySelectorAll('[data-testid=feed], [data-kind]')) {
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
        while (texts.nextNode()) words.push(texts.currentNode.data)
      }
      return words.join(' ')
    })
  }

  bannerKind() {
    return this.page.evaluate(() => document.querySelector('[data-kind]')?.getAttribute('data-kind') ?? null)
  }

  /** The banner that has no button to put it away, i.e. one that warns. */
  banner(kind) {
    return this.page.locator(`[data-kind=${kind}]`)
  }

  async isDrained() {
    return DRAINED.test(await this.page.locator('main').evaluate((element) => getComputedStyle(element).filter))
  }

  clock() {
    return this.page.locator('time').first().textContent()
  }

  async until(what, isThere, timeoutMs) {
    const until = Date.now() + timeoutMs
    for (;;) {
      if (await isThere()) return
      if (Date.now() > until) break
      await this.page.waitForTimeout(100)
    }
    assert.fail(`${what}: not within ${timeoutMs} ms; the page says "${await this.feedWords()}"`)
  }

  async assertMoves(timeoutMs = 30_000) {
    const before = await this.figures()
    await this.until('the board moves', async () => (await this.figures()) !== before, timeoutMs)
  }

  waitForLive(timeoutMs = OPEN_LIMIT_MS) {
    return this.until('live', async () => LIVE_WORDS.test(await this.feedWords()), timeoutMs)
  }

  /** As if another tab were in front: headless Chromium has no other way of hiding a page. */
  async setHidden(isHidden) {
    await this.page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  }
}
