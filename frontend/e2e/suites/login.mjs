import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertAccessible } from '../checks/accessible.mjs'
import { Application } from '../servers/application.mjs'
import { BACKEND } from '../servers/child.mjs'

/** An installation with accounts: the way in, staying in, the way out. It has an application of its own. */

const NAME = 'an'
const PASSWORD = 'correct horse battery'
const ACCESS_TTL_S = 15 // renewed after 12 s
const LIMIT_MS = 20_000

export async function tryLogin({ harness, out }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'vnst-login-'))
  const env = { DATA_DIR: dataDir, DATABASE_URL: 'off', SIM_URL: '', AUTH_JWT_SECRET: randomBytes(48).toString('base64'), AUTH_ACCESS_TTL_S: String(ACCESS_TTL_S) }
  const app = new Application(`${out}/login.log`, env)
  const users = (...words) => {
    const done = spawnSync(`${BACKEND}/.venv/bin/python`, ['-m', 'app', 'users', ...words], { cwd: BACKEND, env: { ...process.env, ...env }, input: `${PASSWORD}\n` })
    assert.equal(done.status, 0, String(done.stderr))
  }
  const test = (name, body, options = {}) =>
    harness.test(`login: ${name}`, app.url, options, async (dashboard, page) => {
      dashboard.expectRefusals() // each answer of 401 is a line in the console
      await body(dashboard, page, { app, users })
    })
  try {
    users('add', NAME, '--password-stdin')
    await app.start()
    await test('the page asks for it, says what is wrong, and opens where it was asked for', logsIn)
    for (const theme of ['dark', 'light']) {
      await test(`the way in is accessible, ${theme}`, (dashboard, page) => isAccessible(dashboard, page, theme))
    }
    await test('the way in on a phone', (dashboard, page) => isAccessible(dashboard, page, 'dark'), { size: [390, 844] })
    await test('the token is renewed on the same socket, and kept nowhere', staysIn)
    await test('a log-out is one in every tab', logsOutEverywhere)
    await test('a disabled account is out within seconds', isDisabled)
    await app.stop()
    await app.start({ AUTH_ANONYMOUS: 'true' })
    await test('who may look without logging in sees the board and the way in', looksOnly)
  } finally {
    await app.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const form = (page) => page.locator('form').filter({ has: page.locator('input[name=password]') })
const rows = (page) => page.locator('[data-symbol]')

async function knock(page, password = PASSWORD) {
  await form(page).waitFor({ timeout: LIMIT_MS })
  await page.locator('input[name=username]').fill(NAME)
  await page.locator('input[name=password]').fill(password)
  await page.keyboard.press('Enter')
}

async function enter(dashboard, page) {
  await page.goto(dashboard.baseUrl)
  await knock(page)
  await rows(page).nth(3).waitFor({ timeout: LIMIT_MS })
}

async function logsIn(dashboard, page) {
  const address = `${dashboard.baseUrl}/foreign?x=https://evil.example`
  await page.goto(address)
  await knock(page, 'a wrong password')
  await page.getByRole('alert').filter({ hasText: 'Sai tên hoặc mật khẩu' }).waitFor({ state: 'attached', timeout: LIMIT_MS })
  assert.equal(await rows(page).count(), 0, 'rows before the log-in')
  await knock(page)
  await page.locator('main h1').first().waitFor({ state: 'attached', timeout: LIMIT_MS })
  await form(page).waitFor({ state: 'detached', timeout: LIMIT_MS })
  assert.equal(page.url(), address)
  await page.getByText(NAME, { exact: true }).first().waitFor({ timeout: LIMIT_MS })
}

async function isAccessible(dashboard, page, theme) {
  await page.goto(`${dashboard.baseUrl}/favicon.svg`)
  await dashboard.prefer({ theme })
  await page.goto(dashboard.baseUrl)
  await form(page).waitFor({ timeout: LIMIT_MS })
  await assertAccessible(page)
  assert.equal(await page.evaluate(() => document.activeElement.name), 'username')
  const isWider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
  assert.equal(isWider, false, 'wider than the screen')
}

async function staysIn(dashboard, page) {
  const sockets = []
  const said = []
  page.on('websocket', (socket) => {
    sockets.push(socket.url())
    socket.on('framereceived', ({ payload }) => said.push(JSON.parse(payload).type))
  })
  await enter(dashboard, page)
  const opened = sockets.length
  await dashboard.until('the socket goes on with a new token', () => said.includes('token_refreshed'), ACCESS_TTL_S * 1000 + LIMIT_MS)
  said.length = 0
  await dashboard.until('and with the next', () => said.includes('token_refreshed'), ACCESS_TTL_S * 1000 + LIMIT_MS)
  assert.equal(sockets.length, opened, 'a new socket was opened')
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...window.sessionStorage }, document.cookie, location.href]))
  for (const text of [kept, ...sockets]) assert.doesNotMatch(text, /eyJ/, 'a token is kept or in an address')
  const [cookie] = await page.context().cookies(`${dashboard.baseUrl}/api/auth`)
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/api/auth'])
  await page.reload()
  await rows(page).nth(3).waitFor({ timeout: LIMIT_MS }) // by the cookie
}

async function logsOutEverywhere(dashboard, page) {
  await enter(dashboard, page)
  const other = await page.context().newPage()
  await other.goto(dashboard.baseUrl)
  await rows(other).nth(3).waitFor({ timeout: LIMIT_MS }) // it need not log in
  await page.getByRole('button', { name: 'Đăng xuất' }).click()
  await form(page).waitFor({ timeout: LIMIT_MS })
  await form(other).waitFor({ timeout: LIMIT_MS })
  await page.reload()
  await knock(page)
  await rows(page).nth(3).waitFor({ timeout: LIMIT_MS })
  await rows(other).nth(3).waitFor({ timeout: LIMIT_MS }) // it need not log in again
}

async function isDisabled(dashboard, page, { users }) {
  await enter(dashboard, page)
  users('disable', NAME)
  await form(page).waitFor({ timeout: 5000 })
  users('enable', NAME)
  await knock(page)
  await rows(page).nth(3).waitFor({ timeout: LIMIT_MS })
}

async function looksOnly(dashboard, page) {
  await page.goto(dashboard.baseUrl)
  await rows(page).nth(3).waitFor({ timeout: LIMIT_MS })
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await form(page).waitFor({ timeout: LIMIT_MS })
  await page.getByRole('button', { name: 'Xem không cần đăng nhập' }).click()
  await rows(page).nth(3).waitFor({ timeout: LIMIT_MS })
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await knock(page)
  await page.getByRole('button', { name: 'Đăng xuất' }).waitFor({ timeout: LIMIT_MS })
}
