import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export async function assertAccessible(page) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze()
  const lines = violations.map(({ id, nodes }) => `${id} x${nodes.length}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary?.split('\n')[1] ?? ''}`)
  assert.deepEqual(lines, [], 'axe')
}
