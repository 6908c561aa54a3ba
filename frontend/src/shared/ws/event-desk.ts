/**
 * Who listens to the events of which topic, and what the socket has to be asked for because of it.
 *
 * A symbol is subscribed to when its first listener comes, given up when the last one leaves, and asked for again on
 * each new socket. Nothing is kept here: an event goes to those who listen now, and each subscription begins with a
 * snapshot of the topic, which says that whatever came before it has to be asked for elsewhere.
 */

export interface TopicMessage {
  readonly type: string
  readonly topic: string
}
export type TopicListener = (message: TopicMessage) => void
type Send = (message: object) => void

export const ALERTS_TOPIC = 'alerts'
export const symbolTopic = (symbol: string): string => `symbol:${symbol}`

function isTopicMessage(message: unknown): message is TopicMessage {
  if (typeof message !== 'object' || message === null) return false
  const { type, topic } = message as Partial<TopicMessage>
  return typeof type === 'string' && typeof topic === 'string'
}

export class EventDesk {
  private readonly listeners = new Map<string, Set<TopicListener>>()
  private readonly symbols = new Map<string, number>()
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** Alerts come with any subscription to a symbol. */
  listen(topic: string, listener: TopicListener): () => void {
    let group = this.listeners.get(topic)
    if (!group) this.listeners.set(topic, (group = new Set()))
    group.add(listener)
    return () => {
      if (group.delete(listener) && !group.size) this.listeners.delete(topic)
    }
  }

  /** Each print, quote and foreign state of a symbol, from a snapshot on. */
  listenSymbol(symbol: string, listener: TopicListener): () => void {
    const leave = this.listen(symbolTopic(symbol), listener)
    const holders = this.symbols.get(symbol) ?? 0
    this.symbols.set(symbol, holders + 1)
    if (!holders) this.send({ action: 'subscribe', symbols: [symbol] })
    return () => {
      leave()
      const left = (this.symbols.get(symbol) ?? 1) - 1
      if (left) this.symbols.set(symbol, left)
      else if (this.symbols.delete(symbol)) this.send({ action: 'unsubscribe', symbols: [symbol] })
    }
  }

  /** A new socket serves: it knows of no subscription yet. */
  resubscribe(): void {
    if (this.symbols.size) this.send({ action: 'subscribe', symbols: [...this.symbols.keys()] })
  }

  take(messages: readonly unknown[]): void {
    for (const message of messages) {
      if (!isTopicMessage(message)) continue
      for (const listener of this.listeners.get(message.topic) ?? []) listener(message)
    }
  }
}
