/**
 * Opens every page at an address and fails on the first thing the Content-Security-Policy forbids:
 * node e2e/policy.mjs http://127.0.0.1:8080 [page-shown-when-all-is-well ...]
 * Used by backend/tests/nginx, behind the shipped nginx. Prints a line a page.
 */
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'
import { DashboardPage } from './dashboard-page.mjs'
import { readOptions } from './options.mjs'
import { PAGES } from './pages.mjs'

const baseUrl = process.argv[2]
const POLICY = /content security policy|refused to (load|execute|apply|connect|frame)/i

const browser = await chromium.launch({ ...readOptions([]).launch, args: [...readOptions([]).launch.args, '--ignore-certificate-errors'] })
const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
await context.addInitScript(() => {
  window.violations = []
  document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`))
})
const complaints = []
const dashboard = new DashboardPage(await context.newPage(), baseUrl, () => true)
dashboard.page.on('console', (message) => POLICY.test(message.text()) && complaints.push(message.text()))

for (const { path, name } of PAGES) {
  await dashboard.open(path)
  if (name === 'board') {
    await dashboard.openBoard()
    await dashboard.waitForLive()
    await dashboard.assertMoves()
  }
  assert.deepEqual([...(await dashboard.page.evaluate(() => window.violations)), ...complaints], [], `${path}: forbidden by the policy`)
  console.log(`policy: ${path} nothing forbidden`)
}
// the policy is really there: an inline script put into the page does not run
const ran = await dashboard.page.evaluate(() => {
  const script = document.createElement('script')
  script.textContent = 'window.hasRun = true'
  document.head.append(script)
  return window.hasRun === true
})
assert.equal(ran, false, 'an inline script ran')
await browser.close()
