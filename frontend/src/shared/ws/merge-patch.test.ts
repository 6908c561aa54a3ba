import { expect, it } from 'vitest'
import { mergePatch } from './merge-patch'

/** What a merge must give is in clients/conformance; here, what it must leave alone. */
const state = { prices: { AAA: { last: 1, bids: [[1, 2]] }, BBB: { last: 2 } }, session: { phase: { HOSE: 'ato' } } }

it('keeps the identity of all that a patch does not touch', () => {
  const merged = mergePatch(state, { prices: { BBB: { last: 3 } } }) as typeof state
  expect(merged).not.toBe(state)
  expect(merged.prices.BBB).toEqual({ last: 3 })
  expect(merged.prices.AAA).toBe(state.prices.AAA)
  expect(merged.session).toBe(state.session)
})

it('is the same object where a patch says nothing new', () => {
  expect(mergePatch(state, { prices: { AAA: { last: 1 }, CCC: null }, session: {} })).toBe(state)
})

it('cannot reach the prototype of everything', () => {
  mergePatch({}, JSON.parse('{"__proto__":{"polluted":true},"a":{"__proto__":{"polluted":true}}}'))
  expect({}).not.toHaveProperty('polluted')
})
