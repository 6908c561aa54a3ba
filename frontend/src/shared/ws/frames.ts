import type { StatusMessage } from '@/shared/api/models'
import { isObject } from './merge-patch'

/** `seq` is the version that is reached, `prev` the one a delta builds on; both within an `epoch`, one run of the server. */
export interface SnapshotFrame {
  readonly channel: string
  readonly epoch: string
  readonly seq: number
  readonly data: object
  /** When the server made it, epoch ms by its clock; NaN when it does not say. */
  readonly sentAtMs: number
}
export interface DeltaFrame extends SnapshotFrame {
  readonly prev: number
}

/** One text frame, sorted by what it asks of the client. */
export type Frame =
  | { kind: 'snapshot'; frame: SnapshotFrame }
  | { kind: 'delta'; frame: DeltaFrame }
  | { kind: 'full'; data: object }
  | { kind: 'list'; channel: string; items: readonly unknown[] } // the first state of alerts, which are no state but events
  | { kind: 'events'; messages: readonly unknown[] } // what a subscription brings, in the order it happened
  | { kind: 'status'; status: StatusMessage }
  | { kind: 'bye'; reconnectInMs: readonly [number, number] }
  | { kind: 'error'; code: string }
  | { kind: 'pong' }
  | { kind: 'other' } // pings, sessions: a sign of life, nothing more

const MALFORMED: Frame = { kind: 'error', code: 'malformed_frame' }
const DEFAULT_BYE_MS = [1000, 5000] as const

type Message = Readonly<Record<string, unknown>>

function readBye(message: Message): readonly [number, number] {
  const range: unknown[] = Array.isArray(message.reconnect_in_ms) ? message.reconnect_in_ms : []
  const [low, high] = range
  return typeof low === 'number' && typeof high === 'number' && high >= low ? [low, high] : DEFAULT_BYE_MS
}

function readState(message: Message): Frame {
  const { type, channel, epoch, seq, prev, data, ts } = message
  if (channel === undefined) return { kind: 'events', messages: [message] } // the snapshot of a topic: what its events go on from
  if (type === 'snapshot' && typeof channel === 'string' && Array.isArray(data)) return { kind: 'list', channel, items: data }
  if (typeof channel !== 'string' || typeof epoch !== 'string' || typeof seq !== 'number' || !isObject(data)) return MALFORMED
  const frame = { channel, epoch, seq, data, sentAtMs: typeof ts === 'string' ? Date.parse(ts) : Number.NaN }
  if (type === 'snapshot') return { kind: 'snapshot', frame }
  return typeof prev === 'number' ? { kind: 'delta', frame: { ...frame, prev } } : MALFORMED
}

/** In full mode a state has no envelope, so whatever has no `type` is the state itself. */
export function readFrame(text: string): Frame {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return MALFORMED
  }
  if (!isObject(message)) return MALFORMED
  switch (message.type) {
    case undefined:
      return { kind: 'full', data: message }
    case 'snapshot':
    case 'delta':
      return readState(message)
    case 'status':
      return { kind: 'status', status: message as unknown as StatusMessage }
    case 'batch':
      return Array.isArray(message.messages) ? { kind: 'events', messages: message.messages } : MALFORMED
    case 'pong':
      return { kind: 'pong' }
    case 'bye':
      return { kind: 'bye', reconnectInMs: readBye(message) }
    case 'error':
      return { kind: 'error', code: typeof message.code === 'string' ? message.code : 'error' }
    default:
      return { kind: 'other' }
  }
}
