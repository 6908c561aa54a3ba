/** Options of the browser tests: --base-url, --out, --chromium, --only (tests whose name contains this),
 * --control (where the application is stopped and started: POST /stop, /start; without it that test is left out),
 * --variants (all, or pairwise: half of them, each pair of size, theme and palette still there). */
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export function readOptions(argv) {
  const options = { 'base-url': 'http://127.0.0.1:8000', out: 'test-results/shots', chromium: '/usr/bin/chromium', only: '', control: '', variants: 'all' }
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i]?.replace(/^--/, '')
    if (!(name in options) || argv[i + 1] === undefined) throw new Error(`usage: npm run e2e -- ${Object.keys(options).map((key) => `[--${key} ...]`).join(' ')}`)
    options[name] = argv[i + 1]
  }
  return { baseUrl: options['base-url'].replace(/\/$/, ''), out: options.out, only: options.only, control: options.control, variants: options.variants, launch: { executablePath: options.chromium, args: FLAGS } }
}
