/** What a page costs: main thread, frames, heap, first paint. */

const FRAME_SAMPLE_MS = 10_000

/** Frames a second over some seconds, and the longest wait for one (ms). */
export const frames = (page, ms = FRAME_SAMPLE_MS) =>
  page.evaluate(
    (limit) =>
      new Promise((resolve) => {
        const startedAt = performance.now()
        let before = startedAt
        let count = 0
        let longestMs = 0
        const step = (now) => {
          count++
          longestMs = Math.max(longestMs, now - before)
          before = now
          if (now - startedAt < limit) requestAnimationFrame(step)
          else resolve({ perSecond: (count * 1000) / (now - startedAt), longestMs })
        }
        requestAnimationFrame(step)
      }),
    ms,
  )

export class PageCost {
  static async of(page) {
    const cost = new PageCost()
    cost.session = await page.context().newCDPSession(page)
    await cost.session.send('Performance.enable')
    await cost.session.send('HeapProfiler.enable')
    return cost
  }

  async metrics() {
    const { metrics } = await this.session.send('Performance.getMetrics')
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
  }

  /** MB that are left when what can be collected is collected. */
  async heapMb() {
    await this.session.send('HeapProfiler.collectGarbage')
    return (await this.metrics()).JSHeapUsedSize / 1e6
  }

  /**
   * Milliseconds of the main thread in a second of `body`: what it used of a processor (as UI.md counts), and by kind as
   * the clock on the wall saw it, waits for a processor included.
   */
  async during(body) {
    const [before, startedAt] = [await this.metrics(), Date.now()]
    await body()
    const [after, seconds] = [await this.metrics(), (Date.now() - startedAt) / 1000]
    const perSecond = (name) => ((after[name] - before[name]) * 1000) / seconds
    return { cpu: perSecond('ThreadTime'), task: perSecond('TaskDuration'), script: perSecond('ScriptDuration'), layout: perSecond('LayoutDuration') + perSecond('RecalcStyleDuration') }
  }
}

/** Notes when the first row of the board is on the screen, ms after the navigation began. */
export const watchFirstRow = (page) =>
  page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[data-symbol]')) return
      observer.disconnect()
      requestAnimationFrame(() => requestAnimationFrame((now) => { window.firstRowMs = now }))
    })
    observer.observe(document, { childList: true, subtree: true })
  })
