import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A program of ours that says when it is ready; ended by its pid, whatever happens. */
export const BACKEND = fileURLToPath(new URL('../../../backend', import.meta.url))
const PYTHON = `${BACKEND}/.venv/bin/python`
const START_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 60_000 // its database ends with it
const LINES_KEPT = 40

const running = new Set()
export const stopAll = () => Promise.all([...running].map((child) => child.stop()))

export class Child {
  lines = []

  /** @param logFile where everything goes that it says */
  constructor(logFile) {
    this.log = createWriteStream(logFile, { flags: 'a' })
  }

  /** Start `python ...words` in the backend's folder; give what `ready` matched in one of its lines. */
  async start(words, env, ready) {
    const process_ = spawn(PYTHON, words, { cwd: BACKEND, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    this.process = process_
    this.ended = new Promise((resolve) => process_.once('exit', resolve))
    running.add(this)
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${words.join(' ')}: ${why}\n${this.lines.join('\n')}`))
      const timer = setTimeout(() => fail(`not ready within ${START_LIMIT_MS} ms`), START_LIMIT_MS)
      process_.once('exit', (code) => fail(`ended with ${code}`))
      const read = (chunk) => {
        this.log.write(chunk)
        for (const line of String(chunk).split('\n')) {
          this.lines = [...this.lines.slice(-LINES_KEPT), line]
          const match = ready.exec(line)
          if (!match) continue
          clearTimeout(timer)
          resolve(match)
        }
      }
      process_.stdout.on('data', read)
      process_.stderr.on('data', read)
    })
  }

  signal(name) {
    this.process.kill(name)
  }

  async stop() {
    if (!running.delete(this)) return
    this.signal('SIGCONT') // one that stands still would not hear that it is to end
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_LIMIT_MS)
    await this.ended
    clearTimeout(timer)
  }
}
