import { session } from '@/shared/session/session'
import { isObject } from '@/shared/ws/merge-patch'
import type { SocketLike } from '@/shared/ws/live-socket'

/**
 * A WebSocket in the hands of the user: what goes over it is shown, nothing is done by itself.
 *
 * Overflow: FRAMES_KEPT frames are kept, each cut at TEXT_KEPT characters; the oldest leave and are counted.
 */

export const FRAMES_KEPT = 300
export const TEXT_KEPT = 20_000
const NOTIFY_MS = 200 // as often as anybody can read

export interface ConsoleFrame {
  readonly n: number
  /** Epoch ms. */
  readonly at: number
  readonly direction: 'in' | 'out' | 'note'
  readonly kind: string
  readonly text: string
  /** Characters, before the cut. */
  readonly size: number
}

export interface ConsoleView {
  readonly state: 'idle' | 'connecting' | 'open' | 'closed'
  readonly frames: readonly ConsoleFrame[]
  readonly dropped: number
  readonly received: number
  readonly isHeld: boolean
  readonly closeCode: number | null
  /** Where a session can be gone on with: the last the server said. */
  readonly sessionId: string | null
  readonly position: number | null
}

export interface Target {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly token: string
}

type Open = (url: string, protocols: string[]) => SocketLike & Pick<WebSocket, 'onopen' | 'onerror'>

const START: ConsoleView = { state: 'idle', frames: [], dropped: 0, received: 0, isHeld: false, closeCode: null, sessionId: null, position: null }

export function urlOf({ path, query }: Target): string {
  const url = new URL(path, window.location.href)
  url.protocol = window.location.protocol === 'https:' ? 'wss:' : 'ws:'
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value)
  return url.href
}

export class ConsoleSession {
  private view = START
  private shown = START
  private socket: ReturnType<Open> | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private count = 0
  private readonly listeners = new Set<() => void>()
  private readonly open: Open

  constructor(open: Open = (url, protocols) => new WebSocket(url, protocols)) {
    this.open = open
  }

  get = (): ConsoleView => this.shown

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  connect(target: Target): void {
    this.drop()
    const url = urlOf(target)
    const token = target.token || session.token
    this.note('connect', url)
    this.change({ state: 'connecting', closeCode: null })
    try {
      // The token as a subprotocol: a URL would end in the history and in logs.
      this.listen((this.socket = this.open(url, token ? ['bearer', token] : [])))
    } catch (error) {
      this.note('error', String(error))
      this.change({ state: 'closed' })
    }
  }

  private listen(socket: ReturnType<Open>): void {
    socket.onopen = () => this.change({ state: 'open' })
    socket.onmessage = ({ data }) => this.take(String(data))
    socket.onclose = ({ code, reason }) => {
      this.note('close', `${code} ${reason}`.trim())
      this.socket = null
      this.change({ state: 'closed', closeCode: code })
    }
  }

  /** The same place with the session and position of before: what was missed comes first. */
  resume(target: Target): void {
    const { sessionId, position } = this.view
    if (!sessionId) return
    const query = { ...target.query, session_id: sessionId, ...(position !== null && { position: String(position) }) }
    this.connect({ ...target, query })
  }

  send(text: string): void {
    if (!this.socket || this.view.state !== 'open') return
    this.socket.send(text)
    this.add('out', kindOf(parse(text)), text)
  }

  close(): void {
    this.socket?.close(1000)
  }

  /** Hear nothing any more: the page is left. */
  drop(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const { socket } = this
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close(1000)
    this.socket = null
    this.change({ state: 'closed', closeCode: 1000 })
  }

  clear = (): void => this.change({ frames: [], dropped: 0, received: 0 })

  /** While held the list stands still for reading; what comes meanwhile is kept behind it. */
  setHeld(isHeld: boolean): void {
    this.change({ isHeld })
  }

  private take(text: string): void {
    const message = parse(text)
    this.view = { ...this.view, received: this.view.received + 1 }
    if (isObject(message)) {
      const { type, session_id: sessionId, position } = message
      if (type === 'subscribed' && typeof sessionId === 'string') this.view = { ...this.view, sessionId }
      if (typeof position === 'number') this.view = { ...this.view, position }
    }
    this.add('in', kindOf(message), text)
  }

  private note(kind: string, text: string): void {
    this.add('note', kind, text)
  }

  private add(direction: ConsoleFrame['direction'], kind: string, text: string): void {
    const frame: ConsoleFrame = { n: ++this.count, at: Date.now(), direction, kind, text: text.slice(0, TEXT_KEPT), size: text.length }
    const frames = [...this.view.frames, frame]
    const excess = Math.max(0, frames.length - FRAMES_KEPT)
    this.view = { ...this.view, frames: frames.slice(excess), dropped: this.view.dropped + excess }
    this.timer ??= setTimeout(this.show, NOTIFY_MS)
  }

  private change(change: Partial<ConsoleView>): void {
    this.view = { ...this.view, ...change }
    this.show()
  }

  private show = (): void => {
    clearTimeout(this.timer)
    this.timer = undefined
    const isStanding = this.view.isHeld && this.shown.isHeld && this.view.frames.length > 0
    this.shown = isStanding ? { ...this.view, frames: this.shown.frames } : this.view
    for (const listener of this.listeners) listener()
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What a frame is, for a list of them: its type and channel or topic; a state of full mode has no type. */
function kindOf(message: unknown): string {
  if (!isObject(message)) return '?'
  const { type, action, channel, topic, messages } = message
  const name = typeof type === 'string' ? type : typeof action === 'string' ? action : 'state'
  const about = typeof channel === 'string' ? channel : typeof topic === 'string' ? topic : Array.isArray(messages) ? `${messages.length}` : ''
  return about ? `${name} ${about}` : name
}
