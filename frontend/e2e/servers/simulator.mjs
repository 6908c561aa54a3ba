import { Child } from './child.mjs'

/** A market of our own whose clock the tests set: it runs, leaps, stands still, and goes wrong on demand. */
const URL_LINE = /"url": "(http:\/\/[^"]+)\/"/
const LEAP_SPEED_MAX = 3000 // it goes as fast as the application reads; where nothing happens that would be too fast to stop in time
const LEAP_SPEED_MIN = 20
const APPROACH_S = 0.3 // of our time for what is left: slower and slower
const LEAP_LIMIT_MS = 300_000
const POLL_MS = 50

/** `HH:MM:SS` as seconds since midnight. */
export const secondsOf = (time) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)

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
    const until = Date.now() + LEAP_LIMIT_MS
    for (let set = 0; ; ) {
      const leftS = secondsOf(time) - secondsOf(await this.time())
      if (leftS <= 0) break
      if (Date.now() > until) throw new Error(`the simulated market did not reach ${time}`)
      const wanted = Math.max(LEAP_SPEED_MIN, Math.min(LEAP_SPEED_MAX, leftS / APPROACH_S))
      if (set === 0 || wanted < set / 1.5) await this.setSpeed((set = wanted))
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    await this.setSpeed(speed)
  }

  fault(name, parameters = {}) {
    return this.ask('faults', { name, ...parameters })
  }

  /** No fault, and the clock runs. */
  async recover() {
    await this.clearFaults()
    await this.resume()
  }

  clearFaults() {
    return this.ask('faults', undefined, 'DELETE')
  }
}
