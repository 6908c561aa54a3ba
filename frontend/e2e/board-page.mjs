import assert from 'node:assert/strict'

/** The board as a user sees it: how to open it and what can be read from it. */
export const LIVE_WORDS = /Trực tiếp|\bLive\b/

const EXPECTED_WHEN_CUT = /Failed to load resource|WebSocket connection to|net::ERR_/

export class BoardPage {
  errors = []
  isCut = false

  constructor(page, baseUrl) {
    this.page = page
    this.baseUrl = baseUrl
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return
      // The browser itself reports each refused connection while the tests refuse them.
      if (this.isCut && EXPECTED_WHEN_CUT.test(message.text())) return
      this.errors.push(message.text())
    })
  }

  async open({ theme = 'dark', palette = 'red-up', language = 'vi', search = '' } = {}) {
    const preferences = JSON.stringify({ state: { theme, palette, language, density: null }, version: 1 })
    await this.page.addInitScript((value) => localStorage.setItem('vnst.preferences', value), preferences)
    await this.page.goto(`${this.baseUrl}/${search}`)
    await this.page.getByRole('grid').waitFor({ timeout: 30_000 })
    await this.page.locator('[data-symbol]').nth(3).waitFor({ timeout: 30_000 })
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined))
  }

  /** Everything figures can say on the board now. */
  figures() {
    return this.page.locator('[data-symbol]').evaluateAll((rows) => rows.map((row) => row.textContent).join('|'))
  }

  feedWords() {
    return this.page.evaluate(() => {
      const cell = document.querySelector('[data-testid=feed]')
      return (cell?.textContent ?? '') + [...document.querySelectorAll('[data-kind]')].map((banner) => banner.textContent).join(' ')
    })
  }

  clock() {
    return this.page.locator('time').first().textContent()
  }

  async assertMoves(timeoutMs = 30_000) {
    const before = await this.figures()
    const until = Date.now() + timeoutMs
    while (Date.now() < until) {
      await this.page.waitForTimeout(250)
      if ((await this.figures()) !== before) return
    }
    assert.fail(`the board stood still for ${timeoutMs} ms`)
  }

  async waitForLive(timeoutMs = 60_000) {
    const until = Date.now() + timeoutMs
    while (Date.now() < until) {
      if (LIVE_WORDS.test(await this.feedWords())) return
      await this.page.waitForTimeout(250)
    }
    assert.fail(`not live within ${timeoutMs} ms: ${await this.feedWords()}`)
  }

  /** As if another tab were in front: headless Chromium has no other way of hiding a page. */
  async setHidden(isHidden) {
    await this.page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  }

  async assertFits() {
    const { content, window } = await this.page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: innerWidth }))
    assert.ok(content <= window, `the page is ${content} px wide in a window of ${window} px`)
    const clipped = await this.page
      .locator('article > span:visible')
      .evaluateAll((lines) => lines.filter((line) => line.scrollWidth > line.clientWidth).map((line) => line.textContent))
    assert.deepEqual(clipped, [], 'figures of index cards are cut off')
  }

  async assertColours(expected, label) {
    const found = await this.page.evaluate((bands) => {
      const colourOf = (band) => {
        const cell = document.querySelector(`[data-symbol] .${band}`)
        return cell ? getComputedStyle(cell).color : null
      }
      return Object.fromEntries(bands.map((band) => [band, colourOf(band)]))
    }, Object.keys(expected))
    for (const [band, colour] of Object.entries(found)) if (colour) assert.equal(colour, expected[band], `${label}: colour of ${band}`)
    return Object.keys(found).filter((band) => found[band])
  }
}
