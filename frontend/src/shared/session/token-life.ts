/** How long an access token was made for, from the token itself: the clocks of server and browser need not agree. */

const RENEWED_AT = 0.8 // of its life: there is time for a second try

export function renewAfterMs(token: string): number | null {
  try {
    const { iat, exp } = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>
    return typeof iat === 'number' && typeof exp === 'number' && exp > iat ? (exp - iat) * 1000 * RENEWED_AT : null
  } catch {
    return null // the shared token: it says nothing of itself
  }
}
