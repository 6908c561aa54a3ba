import type { StatusMessage } from '@/shared/api/models'

/** One text frame of a full-mode channel, sorted by what it asks of the client. */
export type Frame<T> =
  | { kind: 'data'; data: T }
  | { kind: 'status'; status: StatusMessage }
  | { kind: 'bye'; reconnectInMs: readonly [number, number] }
  | { kind: 'error'; message: string }
  | { kind: 'other' } // pings, and messages of modes this client did not ask for: a sign of life, nothing more

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function readBye(message: Record<string, unknown>): readonly [number, number] {
  const range: unknown[] = Array.isArray(message.reconnect_in_ms) ? message.reconnect_in_ms : []
  const [low, high] = range
  return typeof low === 'number' && typeof high === 'number' && high >= low ? [low, high] : [1000, 5000]
}

/** Full-mode data has no envelope, so whatever has no `type` is the state itself. */
export function readFrame<T>(text: string): Frame<T> {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return { kind: 'error', message: 'malformed_frame' }
  }
  if (!isRecord(message)) return { kind: 'error', message: 'malformed_frame' }
  switch (message.type) {
    case undefined:
      return { kind: 'data', data: message as T }
    case 'status':
      return { kind: 'status', status: message as unknown as StatusMessage }
    case 'bye':
      return { kind: 'bye', reconnectInMs: readBye(message) }
    case 'error':
      return { kind: 'error', message: typeof message.code === 'string' ? message.code : 'error' }
    default:
      return { kind: 'other' }
  }
}
