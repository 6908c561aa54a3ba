/**
 * A change lights its cell through a data attribute that is cleared later.
 * No CSS animation: an animation recalculates style every frame, 27 times the cost (UI.md 2.1). Lights go out along with
 * the next ones that go on, in the same frame: a timer of their own would have the board painted twice as often.
 */

const HOLD_MS = 450
/** Without new ones the last go out by themselves. */
const LEFT_ALONE_MS = 700
const TOGETHER_MS = 20 // cells of one change of the board

const litUntil = new Map<HTMLElement, number>()
let sweptAt = 0
let last: ReturnType<typeof setTimeout> | undefined

export function flash(cell: HTMLElement, isUp: boolean): void {
  const now = performance.now()
  if (now - sweptAt > TOGETHER_MS) sweep(now)
  cell.dataset.fl = isUp ? 'u' : 'd'
  litUntil.set(cell, now + HOLD_MS)
}

function sweep(now: number): void {
  sweptAt = now
  clearTimeout(last)
  last = setTimeout(sweepLast, LEFT_ALONE_MS)
  for (const [cell, until] of litUntil) {
    if (now < until) continue
    delete cell.dataset.fl
    litUntil.delete(cell)
  }
}

function sweepLast(): void {
  sweep(performance.now())
  if (!litUntil.size) clearTimeout(last)
}
