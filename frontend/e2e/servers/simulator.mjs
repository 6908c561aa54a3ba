import { Child } from './child.mjs'

/** A market of our own whose clock the tests set: it runs, leaps, stands still, and goes wrong on demand. */
const URL_LINE = /"url": "(http:\/\/[^"]+)\/"/
const LEAP_SPEED = 0 // as fast as the application reads
const LEAP_LIMIT_MS = 300_000
const POLL_MS = 50

export class Simulator {
  url = ''

  constructor(logFile) {
    this.child = new Child(logFile)
  }

  /** It stands still until somebody subscribes. */
  async start({ start, symbols = 30, activity = 1, speed = 1 }) {
    const words = ['--start', start, '--symbols', symbols, '--activity', activity, '--speed', speed]
    const [, url] = await this.child.start(['-m', 'app.simulator', '--port', '0', '--exit-with-parent', '--hold', ...words.map(String)], {}, URL_LINE)
    this.url = url
  }

  stop() {
    return this.child.stop()
  }

  async ask(path, body, method = body ? 'POST' : 'GET') {
    const answer = await fetch(`${this.url}/sim/${path}`, { method, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`/sim/${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  /** Market time, `HH:MM:SS` in Vietnam. */
  async time() {
    return (await this.ask('clock')).time.slice(11, 19)
  }

  setSpeed(speed) {
    return this.ask('speed', { speed })
  }

  pause() {
    return this.ask('pause', { paused: true })
  }

  resume() {
    return this.ask('pause', { paused: false })
  }

  /** Leap to a time of the day; then go on at this speed. A time that is past is left where it is. */
  async leapTo(time, speed = 1) {
    if ((await this.time()) < time) {
      await this.setSpeed(LEAP_SPEED)
      const until = Date.now() + LEAP_LIMIT_MS
      while ((await this.time()) < time) {
        if (Date.now() > until) throw new Error(`the simulated market did not reach ${time}`)
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
    }
    await this.setSpeed(speed)
  }

  fault(name, parameters = {}) {
    return this.ask('faults', { name, ...parameters })
  }

  clearFaults() {
    return this.ask('faults', undefined, 'DELETE')
  }
}
