/**
 * Options of the browser tests: --out (folder of the pictures), --chromium, --stages (a comma between; all when empty),
 * --only (tests whose name contains this), --cases pairs|all (of the matrix), --start (of the day, HH:MM: a late one is
 * there sooner, with less of a day behind it), --every 5 (compares figures at every fifth moment only).
 */
export const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export function readOptions(argv) {
  const options = { out: '../test-results/e2e', chromium: '/usr/bin/chromium', stages: '', only: '', cases: 'pairs', start: '08:40', every: '1' }
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i]?.replace(/^--/, '')
    if (!(name in options) || argv[i + 1] === undefined) throw new Error(`usage: npm run e2e -- ${Object.keys(options).map((key) => `[--${key} ...]`).join(' ')}`)
    options[name] = argv[i + 1]
  }
  return { ...options, every: Number(options.every), stages: options.stages.split(',').filter(Boolean), isFull: options.cases === 'all', launch: { executablePath: options.chromium, args: FLAGS } }
}
