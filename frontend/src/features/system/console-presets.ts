/** What one asks of the socket most often (docs/websocket-api.md). */
export const MESSAGES = [
  { name: 'subscribe symbols', text: '{"action":"subscribe","symbols":["VCB","FPT"]}' },
  { name: 'subscribe alerts', text: '{"action":"subscribe","channels":["alerts"]}' },
  { name: 'subscribe market', text: '{"action":"subscribe","channels":["market"],"interval_ms":1000}' },
  { name: 'unsubscribe', text: '{"action":"unsubscribe","symbols":["FPT"]}' },
  { name: 'unsubscribe all', text: '{"action":"unsubscribe_all"}' },
  { name: 'resync', text: '{"action":"resync"}' },
  { name: 'ping', text: '{"action":"ping"}' },
] as const

/** Close codes that have a meaning of their own (SPEC section 7). */
export const CLOSE_MEANINGS = [1000, 1006, 4400, 4401, 4402, 4403, 4408, 4410, 4412, 4429] as const
