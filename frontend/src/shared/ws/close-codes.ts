/** Close codes of the backend (SPEC section 7): whether coming back can help. */
const FINAL_CODES: ReadonlySet<number> = new Set([
  4400, // malformed request
  4401, // token missing or wrong
  4403, // origin or session not allowed
])

export const mayReconnect = (code: number): boolean => !FINAL_CODES.has(code)
