import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { authorizedFetch } from './authorized-fetch'
import { Session, session } from './session'
import { renewAfterMs } from './token-life'

const LIFE_S = 900
let serial = 0

function tokenOf(lifeS: number): string {
  const part = (content: object): string => btoa(JSON.stringify(content)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return `${part({ alg: 'HS256' })}.${part({ iat: 1000, exp: 1000 + lifeS, jti: String(serial++) })}.x`
}

const tokens = (name = 'an') => Response.json({ access_token: tokenOf(LIFE_S), token_type: 'bearer', expires_at: '', refresh_token: null, user: { name, role: 'trader' } })
const refusal = (status: number, code: string, headers = {}) => Response.json({ error: { code, message: '' } }, { status, headers })

/** What the server answers to each path, one after the other; the last one again and again. */
function serve(answers: Record<string, (() => Response)[]>): string[] {
  const asked: string[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const path = new URL(input instanceof Request ? input.url : String(input), window.location.origin).pathname
    asked.push(path)
    const queue = answers[path] ?? expect.fail(`not expected: ${path}`)
    const answer = queue.length > 1 ? queue.shift() : queue[0]
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('no network'))
  })
  return asked
}

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
})
afterEach(() => {
  vi.useRealTimers()
  localStorage.clear()
})

describe('a session', () => {
  it('asks for nothing where nobody logged in before', async () => {
    const asked = serve({})
    const own = new Session()
    await own.restore()
    expect(own.get().status).toBe('guest')
    expect(asked).toEqual([])
  })

  it('keeps its token out of every storage, and the fact that there is one in it', async () => {
    serve({ '/api/auth/login': [() => tokens()] })
    const own = new Session()
    expect(await own.logIn('an', 'x')).toBeNull()
    expect(own.get()).toEqual({ status: 'in', user: { name: 'an', role: 'trader' } })
    const kept = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])
    expect(kept).not.toContain(own.token)
    expect(kept).toContain('vnst.logged-in')
  })

  it('goes on with an earlier log-in by the cookie', async () => {
    localStorage.setItem('vnst.logged-in', '1')
    serve({ '/api/auth/refresh': [() => tokens()] })
    const own = new Session()
    const restoring = own.restore()
    expect(own.get().status).toBe('restoring')
    await restoring
    expect(own.get().status).toBe('in')
  })

  it('shows the way in when the earlier log-in has ended', async () => {
    localStorage.setItem('vnst.logged-in', '1')
    serve({ '/api/auth/refresh': [() => refusal(401, 'invalid_refresh_token')] })
    const own = new Session()
    await own.restore()
    expect(own.get().status).toBe('locked')
    expect(localStorage.getItem('vnst.logged-in')).toBeNull()
  })

  it('is a guest while the server does not answer, and remembers', async () => {
    localStorage.setItem('vnst.logged-in', '1')
    serve({ '/api/auth/refresh': [] })
    const own = new Session()
    await own.restore()
    expect(own.get().status).toBe('guest')
    expect(localStorage.getItem('vnst.logged-in')).toBe('1')
  })

  it('renews its token before the end, by the token’s own life, and again after no answer', async () => {
    const unreachable = () => {
      throw new TypeError('no network')
    }
    const asked = serve({ '/api/auth/login': [() => tokens()], '/api/auth/refresh': [unreachable, () => tokens()] })
    const own = new Session()
    const seen: boolean[] = []
    own.onToken((_token, isOther) => seen.push(isOther))
    await own.logIn('an', 'x')
    const first = own.token
    await vi.advanceTimersByTimeAsync(LIFE_S * 800 - 1)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(own.token).toBe(first)
    await vi.advanceTimersByTimeAsync(5000)
    expect(own.token).not.toBe(first)
    expect(seen).toEqual([true, false])
  })

  it('asks once for all who were refused at the same time', async () => {
    const asked = serve({ '/api/auth/login': [() => tokens()], '/api/auth/refresh': [() => tokens()] })
    const own = new Session()
    await own.logIn('an', 'x')
    const old = own.token
    expect(await Promise.all([own.recover(old), own.recover(old), own.recover(old)])).toEqual([true, true, true])
    expect(await own.recover(old)).toBe(true) // late: there is another one already
    expect(asked.filter((path) => path.endsWith('refresh'))).toHaveLength(1)
  })

  it('gives up when a token is refused that is new', async () => {
    serve({ '/api/auth/login': [() => tokens()], '/api/auth/refresh': [() => tokens()] })
    const own = new Session()
    await own.logIn('an', 'x')
    expect(await own.recover(own.token)).toBe(true)
    expect(await own.recover(own.token)).toBe(false)
    expect(own.get().status).toBe('locked')
    expect(await own.recover(null)).toBe(false)
  })

  it('says why a log-in was refused and how long to wait', async () => {
    serve({ '/api/auth/login': [() => refusal(401, 'wrong_credentials'), () => refusal(429, 'locked_out', { 'Retry-After': '8' }), () => new Response('<html>', { status: 502 })] })
    const own = new Session()
    expect(await own.logIn('an', 'x')).toEqual({ code: 'wrong_credentials', waitS: null })
    expect(await own.logIn('an', 'x')).toEqual({ code: 'locked_out', waitS: 8 })
    expect(await own.logIn('an', 'x')).toEqual({ code: 'http_502', waitS: null })
    expect(own.token).toBeNull()
  })

  it('forgets before it tells the server', async () => {
    serve({ '/api/auth/login': [() => tokens()], '/api/auth/logout': [] })
    const own = new Session()
    await own.logIn('an', 'x')
    await own.logOut()
    expect([own.get().status, own.token, localStorage.getItem('vnst.logged-in')]).toEqual(['locked', null, null])
    await vi.advanceTimersByTimeAsync(LIFE_S * 1000) // nothing is renewed any more
  })

  it('follows another tab that logged in', async () => {
    serve({ '/api/auth/refresh': [() => refusal(401, 'invalid_refresh_token'), () => tokens()] })
    const own = new Session()
    await own.restore()
    await own.recover(null)
    expect(own.get().status).toBe('locked')
    window.dispatchEvent(new StorageEvent('storage', { key: 'vnst.logged-in', newValue: '2' }))
    await vi.advanceTimersByTimeAsync(0)
    expect(own.get().status).toBe('in')
  })

  it('takes the shared token when the server knows it', async () => {
    serve({ '/api/auth/me': [() => refusal(401, 'unauthorized'), () => Response.json({ kind: 'token', user: null, expires_at: null })] })
    const own = new Session()
    expect(await own.useSharedToken('x')).toEqual({ code: 'unauthorized', waitS: null })
    expect(await own.useSharedToken('s3cret')).toBeNull()
    expect([own.get(), own.token]).toEqual([{ status: 'in', user: null }, 's3cret'])
  })
})

describe('a request', () => {
  it('carries the token in its header, and is put again once with a new one', async () => {
    const sent: (string | null)[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
      if (!(input instanceof Request)) return Promise.resolve(tokens())
      expect(input.url).not.toContain(session.token)
      sent.push(input.headers.get('Authorization'))
      return Promise.resolve(sent.length === 1 ? refusal(401, 'token_expired') : Response.json({}))
    })
    await session.logIn('an', 'x')
    const old = session.token
    const answer = await authorizedFetch(new Request('http://test/api/indices'), new AbortController().signal)
    expect(answer.status).toBe(200)
    expect(sent).toEqual([`Bearer ${old}`, `Bearer ${session.token}`])
    expect(sent[0]).not.toBe(sent[1])
  })
})

it('reads a token’s life from the token, and none from others', () => {
  expect(renewAfterMs(tokenOf(100))).toBe(80_000)
  for (const other of ['', 's3cret', 'a.b.c', `${btoa('{}')}.${btoa('{"iat":5,"exp":5}')}.x`]) expect(renewAfterMs(other)).toBeNull()
})
