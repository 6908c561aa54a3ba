import assert from 'node:assert/strict'
import { assertAccessible } from '../checks/accessible.mjs'
import { assertLaidOut } from '../checks/layout.mjs'
import { pageNamed } from '../pages.mjs'
import { casesOf, nameOf } from './cases.mjs'
import { STATES } from './states.mjs'

/** Every page in one state, each case in its size, theme, palette and language: looked at, measured, and a picture of it kept. */

const TOLD_WITHIN_MS = 5000

const sizeOf = ({ size }) => size.split('x').map(Number)

async function assertState(dashboard, state) {
  const { isDrained, banner, feed } = STATES[state]
  if (banner) await dashboard.until(`a banner ${banner}`, async () => banner.test((await dashboard.bannerKind()) ?? ''), TOLD_WITHIN_MS)
  if (feed) await dashboard.until(`a feed that is ${feed}`, async () => feed.test(await dashboard.feedWords()), TOLD_WITHIN_MS)
  await dashboard.until(isDrained ? 'drained' : 'not drained', async () => (await dashboard.isDrained()) === isDrained, TOLD_WITHIN_MS)
}

/** Scroll whatever scrolls to its end; give whether anything did. */
const scrollDown = (page) =>
  page.evaluate(() => {
    const rooms = [...document.querySelectorAll('main, main *')].filter((element) => element.scrollHeight > element.clientHeight + 8 && /auto|scroll/.test(getComputedStyle(element).overflowY))
    for (const room of rooms) room.scrollTop = room.scrollHeight
    return rooms.length > 0
  })

async function look(world, one, dashboard) {
  const { page } = dashboard
  const picture = `${world.out}/matrix/${nameOf(one).replaceAll(' ', '-')}`
  await assertState(dashboard, one.state)
  await page.screenshot({ path: `${picture}.png` })
  await assertLaidOut(page)
  await assertAccessible(page)
  if (await scrollDown(page)) {
    await page.waitForTimeout(200)
    if (one.page !== 'board') await page.screenshot({ path: `${picture}-end.png` })
    await assertLaidOut(page)
  }
}

/** Pages are opened in the state, a browser context for each size. */
export async function lookAtAll(world, state) {
  const cases = casesOf(state, world.isFull)
  for (const size of [...new Set(cases.map(({ size }) => size))]) {
    const its = cases.filter((one) => one.size === size && world.harness.wants(nameOf(one)))
    if (!its.length) continue
    const dashboard = await world.harness.newPage(world.app.url, { size: sizeOf(its[0]) })
    for (const one of its) {
      await world.harness.check(nameOf(one), dashboard, async () => {
        await dashboard.open(pageNamed(one.page).path, one)
        await look(world, one, dashboard)
      })
    }
    await dashboard.page.context().close()
  }
}

const errorOf = (promise) => promise.then(() => null, (error) => error)

async function openLive(one, dashboard) {
  await dashboard.open(pageNamed(one.page).path, one)
  await dashboard.waitForLive()
}

/** Pages are open when the state comes: all of them say it in time, then each is looked at. */
export async function lookAtAllThrough(world, state, comeAbout) {
  const cases = casesOf(state, world.isFull).filter((one) => world.harness.wants(nameOf(one)))
  const open = []
  for (const one of cases) {
    const dashboard = await world.harness.newPage(world.app.url, { size: sizeOf(one) })
    open.push([one, dashboard, await errorOf(openLive(one, dashboard))])
  }
  const arrived = comeAbout()
  const said = open.map(([, dashboard]) => errorOf(assertState(dashboard, state)))
  for (const [i, [one, dashboard, notOpened]] of open.entries()) {
    await world.harness.check(nameOf(one), dashboard, async () => {
      const error = notOpened ?? (await said[i])
      if (error) throw error
      await look(world, one, dashboard)
    })
    await dashboard.page.context().close()
  }
  await arrived
  assert.ok(open.length || world.harness.only, `no case in state ${state}`)
}
