import type { SocketLike } from '@/shared/ws/live-socket'

/** A WebSocket of tests: the test speaks for the server. */
export class FakeSocket implements SocketLike {
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null
  isClosed = false
  /** As servers do; off where a test wants to see what is asked. */
  answersPings = false
  readonly sent: unknown[] = []

  close = (): void => {
    this.isClosed = true
  }

  send = (text: unknown): void => {
    const message = JSON.parse(text as string) as { action?: string }
    this.sent.push(message)
    if (this.answersPings && message.action === 'ping') this.say({ type: 'pong' })
  }

  say(message: unknown): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message)
    this.onmessage?.call(this as unknown as WebSocket, { data } as MessageEvent)
  }

  drop(code = 1006): void {
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent)
  }
}
