/** Development only: one screenshot. node e2e/look.mjs URL FILE [width] [height] [dpr] */
import { chromium } from 'playwright-core'

const [url, file, width = '1600', height = '900', dpr = '1'] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
const page = await browser.newPage({ viewport: { width: Number(width), height: Number(height) }, deviceScaleFactor: Number(dpr) })
page.on('console', (message) => message.type() === 'error' && console.log('console:', message.text()))
page.on('pageerror', (error) => console.log('page:', error.message))
if (!process.env.WELCOME) await page.addInitScript((p) => localStorage.setItem('vnst.preferences', p), process.env.PREFS ?? JSON.stringify({ state: { palette: 'red-up', theme: 'dark', language: 'vi', density: null }, version: 1 }))
await page.goto(url)
await page.waitForTimeout(Number(process.env.WAIT ?? 2500))
await page.screenshot({ path: file })
await browser.close()
