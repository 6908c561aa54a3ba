/** How long to wait before the nth attempt in a row. */

export const BASE_MS = 1000
export const CAP_MS = 30_000
const FLOOR_MS = 100
export const BUSY_MS = 5000 // on top, for a server that said it has too many

/** Full jitter: anything up to a window that doubles from 1 to 30 s, so that clients do not return together. */
export function backoffMs(failures: number, random: () => number): number {
  const windowMs = Math.min(CAP_MS, BASE_MS * 2 ** Math.max(0, failures - 1))
  return FLOOR_MS + random() * (windowMs - FLOOR_MS)
}
