import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Of a long list the first rows are looked at: the others are built by the same code, and each costs a tenth of a second. */
const MORE_ROWS = ['[role=grid] [data-symbol][aria-rowindex]:nth-child(n+11)', 'tbody tr:nth-child(n+11)']

/** @param part a selector of what is looked at; the whole page otherwise */
export async function assertAccessible(page, part = 'html') {
  const builder = new AxeBuilder({ page }).withTags(TAGS).include(part)
  for (const rows of MORE_ROWS) builder.exclude(rows)
  const { violations } = await builder.analyze()
  const lines = violations.map(({ id, nodes }) => `${id} x${nodes.length}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary?.split('\n')[1] ?? ''}`)
  assert.deepEqual(lines, [], 'axe')
}
