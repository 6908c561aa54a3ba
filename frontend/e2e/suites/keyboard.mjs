import assert from 'node:assert/strict'
import { PAGES } from '../pages.mjs'

/** With the keyboard alone: every page by its key, everything that can be operated by Tab or arrows, always seen where one is. */

const TABS_MAX = 400

/** Runs in the page: what can be operated by a mouse and is there to be seen, marked by a number. */
function markOperables() {
  const OPERABLE = 'a[href], button, input, select, textarea, summary, [role=button], [role=link], [role=tab], [role=switch], [role=checkbox], [role=radio], [role=slider], [role=menuitem], [tabindex="0"]'
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0
  let n = 0
  for (const element of document.querySelectorAll(OPERABLE)) {
    if (!isSeen(element) || element.disabled || element.getAttribute('aria-disabled') === 'true') continue
    element.dataset.operable = String(n++)
  }
  return n
}

/** Runs in the page: where the focus is and whether it can be seen; null outside the page. */
function focusNow() {
  const element = document.activeElement
  if (!element || element === document.body) return null
  const isRinged = (one) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  }
  const named = element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || element.textContent || element.labels?.length || element.getAttribute('title')
  return {
    id: element.dataset.operable ?? null,
    html: element.outerHTML.slice(0, 120),
    // A field may wear its ring on the frame around it; the board marks the active cell instead.
    isSeen: isRinged(element) || isRinged(element.parentElement) || element.closest('[role=grid]') !== null,
    isNamed: Boolean(named) || element.matches('input[placeholder]'),
  }
}

/** Runs in the page: marked things that Tab need not reach, as arrows move inside their group (or they have no tab stop of their own by design). */
function notReached(reached) {
  const GROUP = '[role=grid], [role=radiogroup], [role=tablist], [role=toolbar], [role=menu], [role=listbox], [role=tree]'
  const has = new Set(reached)
  const isInGroupReached = (element) => {
    const group = element.closest(GROUP)
    if (!group) return false
    return has.has(group.dataset.operable) || [...group.querySelectorAll('[data-operable]')].some((other) => has.has(other.dataset.operable))
  }
  const isRadioOfReachedGroup = (element) => element.type === 'radio' && [...document.getElementsByName(element.name)].some((other) => has.has(other.dataset.operable))
  return [...document.querySelectorAll('[data-operable]')]
    .filter((element) => element.isConnected && !has.has(element.dataset.operable) && !isInGroupReached(element) && !isRadioOfReachedGroup(element))
    .map((element) => element.outerHTML.slice(0, 140))
}

/** Runs in the page: things with a mouse handler of their own that no keyboard can get at. React keeps props on the node. */
function mouseOnly() {
  const handlerOf = (element) => {
    const key = Object.keys(element).find((name) => name.startsWith('__reactProps'))
    return key && (element[key].onClick ?? element[key].onMouseDown ?? element[key].onPointerDown)
  }
  const canBeOperated = (element) => element.closest('a[href], button, input, select, label, [tabindex], [role=grid], [role=dialog], dialog') !== null
  return [...document.querySelectorAll('main *, header *')].filter((element) => handlerOf(element) && !canBeOperated(element)).map((element) => element.outerHTML.slice(0, 140))
}

async function walk(page) {
  const count = await page.evaluate(markOperables)
  assert.ok(count > 5, 'hardly anything to operate')
  await page.evaluate(() => document.activeElement?.blur())
  const reached = new Set()
  const unseen = []
  const unnamed = []
  for (let i = 0; i < TABS_MAX; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(focusNow)
    if (!at) break
    if (at.id !== null && reached.has(at.id) && reached.size > 1 && i > count) break
    if (!at.isSeen) unseen.push(at.html)
    if (!at.isNamed) unnamed.push(at.html)
    if (at.id !== null) reached.add(at.id)
  }
  assert.deepEqual(await page.evaluate(notReached, [...reached]), [], 'not reached by Tab')
  assert.deepEqual([...new Set(unseen)], [], 'focus cannot be seen')
  assert.deepEqual([...new Set(unnamed)], [], 'focus without a name')
  assert.deepEqual(await page.evaluate(mouseOnly), [], 'for the mouse only')
}

async function pagesByKey(dashboard, page) {
  await dashboard.openBoard()
  for (const [i, { path }] of PAGES.entries()) {
    await page.keyboard.press(String(i + 1))
    await page.waitForFunction((expected) => location.pathname === expected, path)
    await dashboard.settle()
  }
}

async function dialogs(dashboard, page) {
  await dashboard.openBoard()
  for (const [key, isOpen] of [['?', () => page.getByRole('dialog').isVisible()], ['/', () => page.evaluate(() => document.activeElement?.tagName === 'INPUT')]]) {
    await page.keyboard.press(key)
    await dashboard.until(`${key} opens`, isOpen, 5000)
    await page.keyboard.press('Escape')
    await dashboard.until(`${key} closes`, async () => (await page.getByRole('dialog').count()) === 0, 5000)
    await page.evaluate(() => document.activeElement?.blur())
  }
}

export async function tryKeyboard({ harness, app }) {
  if (PAGES.length > 1) await harness.test('keyboard: each page has its key', app.url, {}, pagesByKey)
  await harness.test('keyboard: dialogs open and close', app.url, {}, dialogs)
  for (const { path, name } of PAGES) {
    await harness.test(`keyboard: everything on ${name} can be reached and seen`, app.url, {}, async (dashboard, page) => {
      await dashboard.open(path)
      await walk(page)
    })
  }
}
