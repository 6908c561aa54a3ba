import { session } from './session'

/** Ask with the token there is; a refused one is renewed and the question put once more. */
export async function authorizedFetch(request: Request, signal: AbortSignal): Promise<Response> {
  const used = session.token
  const answer = await fetch(withToken(request, used), { signal })
  if (answer.status !== 401 || !(await session.recover(used))) return answer
  return fetch(withToken(request, session.token), { signal })
}

/** A copy, so that the question can be put again. */
function withToken(request: Request, token: string | null): Request {
  if (!token) return request
  const headers = new Headers(request.headers)
  headers.set('Authorization', `Bearer ${token}`)
  return new Request(request, { headers })
}
