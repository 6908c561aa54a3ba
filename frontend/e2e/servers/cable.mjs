import { createServer, connect } from 'node:net'

/** The network between browser and application, as a wire that can be cut, go dead without a word, or be slow. */
export class Cable {
  pairs = new Set()
  isDead = false
  delayMs = 0
  isCut = false

  constructor(targetUrl) {
    const { hostname, port } = new URL(targetUrl)
    this.server = createServer((near) => {
      if (this.isCut) return void near.destroy()
      const far = connect(Number(port), hostname)
      const pair = { near, far }
      this.pairs.add(pair)
      const join = (from, to) => {
        from.on('data', (bytes) => this.carry(to, bytes))
        from.on('error', () => undefined)
        from.on('close', () => {
          if (this.isDead) return // nobody hears of it
          this.pairs.delete(pair)
          to.destroy()
        })
      }
      join(near, far)
      join(far, near)
    })
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${this.server.address().port}`
  }

  carry(to, bytes) {
    if (this.isDead) return
    if (this.delayMs) setTimeout(() => to.writable && to.write(bytes), this.delayMs)
    else to.write(bytes)
  }

  /** No byte gets through any more, and nobody is told. What is on its way is lost. */
  die() {
    this.isDead = true
  }

  /** Every byte gets through, as much later as is said, in its order. */
  slow(delayMs) {
    this.delayMs = delayMs
  }

  /** Connections that lost bytes cannot go on: they are reset when the network is back. */
  mend() {
    this.isCut = false
    this.isDead = false
    this.delayMs = 0
    this.reset()
  }

  /** Every connection is reset and new ones are refused. */
  cut() {
    this.isCut = true
    this.reset()
  }

  reset() {
    for (const { near, far } of this.pairs) for (const end of [near, far]) end.destroy()
    this.pairs.clear()
  }

  stop() {
    this.reset()
    this.server.close()
  }
}
