/** Bundle budget (UI.md section 0): gzip of every file, and the sum of what index.html loads at once. */
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_KB = { initialJs: 180, chunk: 130, css: 20 }
const folder = 'dist/assets'
const html = readFileSync('dist/index.html', 'utf8')
let initialJs = 0
let failed = false
for (const file of readdirSync(folder).filter((name) => /\.(js|css)$/.test(name))) {
  const kb = gzipSync(readFileSync(`${folder}/${file}`), { level: 9 }).length / 1024
  const isInitial = html.includes(file)
  const isCss = file.endsWith('.css')
  if (isInitial && !isCss) initialJs += kb
  const limit = isCss ? BUDGET_KB.css : isInitial ? BUDGET_KB.initialJs : BUDGET_KB.chunk
  if (kb > limit) failed = true
  console.log(file.padEnd(44), `${kb.toFixed(1).padStart(6)} kB gz`, isInitial ? 'initial' : 'lazy', kb > limit ? `OVER ${limit}` : '')
}
if (initialJs > BUDGET_KB.initialJs) failed = true
console.log('initial js'.padEnd(44), `${initialJs.toFixed(1).padStart(6)} kB gz of ${BUDGET_KB.initialJs}`)
process.exit(failed ? 1 : 0)
