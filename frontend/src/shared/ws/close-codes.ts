/** What a close code asks of a client: the table of SPEC section 7, backend/app/publish/close_codes.py. */

/** stop: coming back cannot help; refresh: with a new token; later: after a longer wait; retry: after the usual one. */
export type AfterClose = 'stop' | 'refresh' | 'later' | 'retry'

const AFTER_CLOSE: ReadonlyMap<number, AfterClose> = new Map([
  [4400, 'stop'], // malformed request
  [4401, 'stop'], // token missing or wrong
  [4402, 'refresh'], // token expired
  [4403, 'stop'], // origin or session not allowed
  [4408, 'retry'], // too slow: the snapshot of the next socket is the way to resume a state
  [4410, 'retry'], // shutting down; `bye` said when
  [4412, 'retry'], // no pong
  [4429, 'later'], // too many connections or messages
])

export const afterClose = (code: number): AfterClose => AFTER_CLOSE.get(code) ?? 'retry'
