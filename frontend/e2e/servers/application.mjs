import { existsSync } from 'node:fs'
import { Child } from './child.mjs'

/** The application under test: one process at a time, at one address from the first start on. */
const DASHBOARD_LINE = /dashboard at (http:\/\/[^\s"]+)/
const READY_LIMIT_MS = 60_000

export class Application {
  url = ''

  /** @param env settings of every start */
  constructor(logFile, env) {
    this.logFile = logFile
    this.env = { FEED_SOURCE: 'simulator', LOG_FORMAT: 'json', WS_MAX_CONNECTIONS_PER_IP: '200', ...env }
  }

  /** @param env settings of this start only; the port is the kernel's choice at first */
  async start(env = {}) {
    this.child = new Child(this.logFile)
    const port = this.url ? new URL(this.url).port : '0'
    const [, address] = await this.child.start(['-m', 'app', 'serve'], { ...this.env, ...env, APP_PORT: port }, DASHBOARD_LINE)
    this.url = address.replace('localhost', '127.0.0.1')
    await this.waitUntil('/health/ready', () => true)
    if ((env.DATABASE_URL ?? this.env.DATABASE_URL) !== 'off') await this.waitUntil('/health', (health) => health.database === 'connected')
  }

  /** As if the machine were so busy that the process got no turn: sockets stay open and nothing is said. */
  freeze() {
    this.child.signal('SIGSTOP')
  }

  thaw() {
    this.child.signal('SIGCONT')
  }

  stop() {
    return this.child.stop()
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
