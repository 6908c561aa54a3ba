import type { components } from '@/shared/api/schema.gen'

/** The requests about who one is. They know no token but the one they are given; the cookie is the browser's business. */

export type Tokens = components['schemas']['TokenAnswer']
export type User = components['schemas']['User']

/** `waitS`: what the server asks to wait, s. `code`: its own word for what is wrong, `unreachable` without an answer. */
export interface Refused {
  readonly code: string
  readonly waitS: number | null
}
export type Outcome<T> = { ok: T } | { refused: Refused }

const LIMIT_MS = 15_000

async function post<T>(path: string, body?: object): Promise<Outcome<T>> {
  return ask<T>(path, {
    method: 'POST',
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  })
}

async function ask<T>(path: string, init: RequestInit): Promise<Outcome<T>> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), LIMIT_MS)
  try {
    const answer = await fetch(path, { ...init, signal: limit.signal })
    if (answer.ok) return { ok: (answer.status === 204 ? null : await answer.json()) as T }
    return { refused: await readRefusal(answer) }
  } catch {
    return { refused: { code: 'unreachable', waitS: null } }
  } finally {
    clearTimeout(timer)
  }
}

async function readRefusal(answer: Response): Promise<Refused> {
  const body = (await answer.json().catch(() => null)) as { error?: { code?: unknown } } | null
  const code = body?.error?.code
  const wait = Number(answer.headers.get('Retry-After') ?? NaN)
  return { code: typeof code === 'string' ? code : `http_${answer.status}`, waitS: Number.isFinite(wait) ? wait : null }
}

export const logIn = (username: string, password: string) => post<Tokens>('/api/auth/login', { username, password })
export const refresh = () => post<Tokens>('/api/auth/refresh')
export const logOut = () => post<null>('/api/auth/logout')
export const whoAmI = (token: string) =>
  ask<components['schemas']['WhoAmI']>('/api/auth/me', { headers: { Authorization: `Bearer ${token}` } })
