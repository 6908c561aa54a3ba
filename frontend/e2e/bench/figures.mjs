/** Figures beside their targets, as the backend's benchmarks print them. */

const HEAD = ['what', 'target', 'this run', 'verdict']

/** @param isMet null: no target, for the record */
export const figure = (what, target, measured, isMet = null) => [what, target, measured, isMet === null ? '-' : isMet ? 'ok' : 'MISSED']

export function printTable(rows) {
  const widths = HEAD.map((head, n) => Math.max(head.length, ...rows.map((row) => row[n].length)))
  const line = (cells) => `| ${cells.map((cell, n) => cell.padEnd(widths[n])).join(' | ')} |`
  console.log([line(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n'))
}
