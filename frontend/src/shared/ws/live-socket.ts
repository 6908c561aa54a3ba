/** One WebSocket and whether it is alive: it goes down once, by a close or by silence, and says why. */

export const SILENCE_LIMIT_MS = 40_000 // the server speaks every 30 s, whatever happens
export const PROBE_LIMIT_MS = 5000 // for the answer to a ping, when the link is in doubt
export const QUIET_LIMIT_MS = 2500 // nothing heard for so long: we ask whether the server is there
export const ANSWER_LIMIT_MS = 2000 // and say that it is not, 4.5 s after its last word; it may only be slow, so we go on listening
export const BELIEVED_MS = 4000 // an answer that took no longer ends a doubt: what comes is not 5 s old
export const SLOW_LIMIT_MS = 10_000 // an answer that took so long: a new socket begins with the present, not with a queue
const HANDSHAKE_LIMIT_MS = 10_000

/** The part of a WebSocket that is used here; tests bring their own. */
export type SocketLike = Pick<WebSocket, 'onmessage' | 'onclose' | 'close' | 'send'>

export interface LiveSocketEvents {
  onText: (text: string) => void
  onDown: (error: string, code: number) => void
  /** A question is not answered. */
  onDoubt: () => void
  /** A question is answered soon enough, the first one since a doubt or any other. */
  onAnswer: (wasDoubtful: boolean) => void
}

export class LiveSocket {
  private readonly socket: SocketLike
  private readonly events: LiveSocketEvents
  private silenceTimer: ReturnType<typeof setTimeout> | undefined
  /** When anything was last heard (epoch ms), 0 before. */
  heardAt = 0
  private quietTimer: ReturnType<typeof setTimeout> | undefined
  private answerTimer: ReturnType<typeof setTimeout> | undefined
  /** When the questions were asked that are not answered yet, in their order (epoch ms). */
  private readonly askedAt: number[] = []
  private isServing = false
  private isDoubtful = false
  private isDropped = false

  /** Throws what `open` throws. */
  constructor(open: () => SocketLike, events: LiveSocketEvents) {
    this.socket = open()
    this.events = events
    this.expectFrame(HANDSHAKE_LIMIT_MS, 'timeout')
    this.socket.onmessage = ({ data }) => {
      if (typeof data === 'string' && !this.isDropped) this.onText(data)
    }
    this.socket.onclose = ({ code }) => this.goDown(`close_${code}`, code)
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** The first data is here. Before that only the first frame is a sign of life: pings alone make no board. */
  noteServing(): void {
    this.isServing = true
  }

  /**
   * It may be half-open (another network, a machine that slept): anything heard soon proves that it is not.
   * A sleeping machine runs no timers, so the silence may be long already.
   */
  probe(): void {
    if (Date.now() - this.heardAt > SILENCE_LIMIT_MS) return this.goDown('silence', 0)
    this.ping()
    this.expectFrame(PROBE_LIMIT_MS, 'silence')
  }

  /**
   * Whether it is there and not far behind: in a quiet market no data comes for minutes, and on a slow line data comes
   * that is old. Only an answer tells, and one that comes soon. Not for a page that nobody looks at, whose timers are late; it
   * is probed when it is shown.
   */
  ask(): void {
    if (document.hidden || this.answerTimer !== undefined) return
    this.answerTimer = setTimeout(() => {
      this.isDoubtful = true
      this.events.onDoubt()
    }, ANSWER_LIMIT_MS)
    this.ping()
  }

  /** The answer to the oldest question. */
  noteAnswer(): void {
    const tookMs = Date.now() - (this.askedAt.shift() ?? Date.now())
    if (this.askedAt.length) return
    clearTimeout(this.answerTimer)
    this.answerTimer = undefined
    if (tookMs > SLOW_LIMIT_MS) return this.goDown('slow', 0)
    if (tookMs > BELIEVED_MS) return this.ask()
    const wasDoubtful = this.isDoubtful
    this.isDoubtful = false
    this.events.onAnswer(wasDoubtful)
  }

  /** Close it and hear nothing of it any more. */
  drop(): void {
    this.isDropped = true
    clearTimeout(this.silenceTimer)
    clearTimeout(this.quietTimer)
    clearTimeout(this.answerTimer)
    this.socket.onmessage = null
    this.socket.onclose = null
    this.socket.close(1000)
  }

  private onText(text: string): void {
    if (this.isServing || !this.heardAt) this.expectFrame(SILENCE_LIMIT_MS, 'silence')
    this.heardAt = Date.now()
    this.events.onText(text)
    if (!this.isServing || this.isDropped) return
    clearTimeout(this.quietTimer)
    this.quietTimer = setTimeout(() => this.ask(), QUIET_LIMIT_MS)
  }

  private ping(): void {
    this.askedAt.push(Date.now())
    this.send({ action: 'ping' })
  }

  private expectFrame(limitMs: number, error: string): void {
    clearTimeout(this.silenceTimer)
    this.silenceTimer = setTimeout(() => this.goDown(error, 0), limitMs)
  }

  private goDown(error: string, code: number): void {
    this.drop()
    this.events.onDown(error, code)
  }
}
