/** How long to wait before the nth attempt in a row: doubling, 1 to 30 s, spread so that clients do not return together. */

const BASE_MS = 1000
const DOUBLING_CAP_MS = 20_000
const SPREAD = 0.5 // up to half again: 20 s becomes at most the 30 s of SPEC section 10

export function backoffMs(failures: number, random: () => number): number {
  const doubled = Math.min(DOUBLING_CAP_MS, BASE_MS * 2 ** Math.max(0, failures - 1))
  return doubled * (1 + random() * SPREAD)
}
