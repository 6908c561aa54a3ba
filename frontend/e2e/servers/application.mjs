import { existsSync } from 'node:fs'
import { Child } from './child.mjs'

/** The application under test: one process at a time, at one address from the first start on. */
const HISTORY = /\/api\/(history|spool)/
const NOTHING = () => false
const ALL = () => true
const DASHBOARD_LINE = /dashboard at (http:\/\/[^\s"]+)/
const READY_LIMIT_MS = 60_000

export class Application {
  url = ''
  /** What of this application cannot be reached now by the test's own doing: an address of it -> whether it is. */
  isAway = NOTHING

  /** @param env settings of every start */
  constructor(logFile, env) {
    this.logFile = logFile
    this.env = { FEED_SOURCE: 'simulator', LOG_FORMAT: 'json', WS_MAX_CONNECTIONS_PER_IP: '200', ...env }
  }

  /** @param env settings of this start only; the port is the kernel's choice at first */
  async start(env = {}) {
    this.isAway = ALL
    this.child = new Child(this.logFile)
    const port = this.url ? new URL(this.url).port : '0'
    const [, address] = await this.child.start(['-m', 'app', 'serve'], { ...this.env, ...env, APP_PORT: port }, DASHBOARD_LINE)
    this.url = address.replace('localhost', '127.0.0.1')
    await this.waitUntil('/health/ready', () => true)
    const hasDatabase = (env.DATABASE_URL ?? this.env.DATABASE_URL) !== 'off'
    if (hasDatabase) await this.waitUntil('/health', (health) => health.database === 'connected')
    this.isAway = hasDatabase ? NOTHING : (url) => HISTORY.test(url)
  }

  /** As if the machine were so busy that the process got no turn: sockets stay open and nothing is said. */
  freeze() {
    this.isAway = ALL
    this.child.signal('SIGSTOP')
  }

  /** What was asked of it meanwhile is answered or refused late: until it answers again it counts as away. */
  async thaw() {
    this.child.signal('SIGCONT')
    await this.waitUntil('/health/ready', () => true)
    this.isAway = NOTHING
  }

  stop() {
    this.isAway = ALL
    return this.child.stop()
  }

  /** Whatever became of a test: there is an application again, with its database. */
  async ensureRunning() {
    if (this.isAway === NOTHING) return
    await this.stop()
    await this.start()
  }

  async get(path) {
    const answer = await fetch(this.url + path)
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return answer.json()
  }

  async waitUntil(path, isRight, limitMs = READY_LIMIT_MS) {
    const until = Date.now() + limitMs
    while (Date.now() < until) {
      const answer = await this.get(path).catch(() => null)
      if (answer && isRight(answer)) return answer
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`${path} is not as expected after ${limitMs} ms`)
  }
}

export const isDashboardBuilt = () => existsSync(new URL('../../dist/index.html', import.meta.url))
