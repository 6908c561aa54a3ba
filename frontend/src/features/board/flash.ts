/**
 * A change lights its cell through a data attribute that one shared sweeper clears.
 * No CSS animation: an animation recalculates style every frame, 27 times the cost (UI.md 2.1).
 */

const HOLD_MS = 450
const SWEEP_MS = 150

const litUntil = new Map<HTMLElement, number>()
let sweeper: ReturnType<typeof setInterval> | undefined

export function flash(cell: HTMLElement, isUp: boolean): void {
  cell.dataset.fl = isUp ? 'u' : 'd'
  litUntil.set(cell, performance.now() + HOLD_MS)
  sweeper ??= setInterval(sweep, SWEEP_MS)
}

function sweep(): void {
  const now = performance.now()
  for (const [cell, until] of litUntil) {
    if (now < until) continue
    delete cell.dataset.fl
    litUntil.delete(cell)
  }
  if (litUntil.size) return
  clearInterval(sweeper)
  sweeper = undefined
}
