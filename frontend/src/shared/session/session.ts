import { logIn, logOut, refresh, whoAmI, type Outcome, type Refused, type Tokens, type User } from './auth-requests'
import { renewAfterMs } from './token-life'

/**
 * Who is at this screen. Knows no React.
 *
 * The access token is in memory only; the refresh token is in a cookie that no script reads. What is kept is the fact that
 * somebody logged in here, so that other tabs and the next visit ask for a token before anything else.
 */

/** restoring: asking by the cookie; guest: without a token, as far as the server lets; locked: it asks for one. */
export type SessionStatus = 'restoring' | 'guest' | 'in' | 'locked'

export interface SessionState {
  readonly status: SessionStatus
  readonly user: User | null
}

const FLAG = 'vnst.logged-in'
const AGAIN_MS = 5000 // after a renewal that got no answer
/** A token that is refused although it was renewed this moment: it is not the token's age. */
const RECOVERED_MS = 5000
const NO_ANSWER: ReadonlySet<string> = new Set(['unreachable', 'accounts_unavailable', 'busy'])

const hasNoAnswer = ({ code }: Refused): boolean => NO_ANSWER.has(code) || code.startsWith('http_5')

export class Session {
  private state: SessionState = { status: 'guest', user: null }
  private accessToken: string | null = null
  private renewal: Promise<boolean> | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private recoveredAt = -Infinity
  private readonly listeners = new Set<() => void>()
  private readonly tokenListeners = new Set<(token: string, isOther: boolean) => void>()

  get = (): SessionState => this.state

  get token(): string | null {
    return this.accessToken
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** `isOther`: somebody else than before, not only a newer token. */
  onToken(listener: (token: string, isOther: boolean) => void): () => void {
    this.tokenListeners.add(listener)
    return () => this.tokenListeners.delete(listener)
  }

  /** Go on with the log-in of an earlier visit, if there was one. Answers when it is known whether there is a token. */
  async restore(): Promise<void> {
    window.addEventListener('storage', this.onStorage)
    if (!readFlag()) return
    this.set({ status: 'restoring', user: null })
    await this.renew()
    if (this.state.status === 'restoring') this.set({ status: 'guest', user: null })
  }

  async logIn(name: string, password: string): Promise<Refused | null> {
    const outcome = await logIn(name, password)
    if ('refused' in outcome) return outcome.refused
    this.accept(outcome.ok)
    return null
  }

  /** The one token that an installation without accounts may have. */
  async useSharedToken(token: string): Promise<Refused | null> {
    const outcome = await whoAmI(token)
    if ('refused' in outcome) return outcome.refused
    this.take(token, outcome.ok.user)
    return null
  }

  async logOut(): Promise<void> {
    this.forget()
    this.set({ status: 'locked', user: null })
    await logOut()
  }

  /** Show the way in to somebody who may look without. */
  ask = (): void => this.set({ status: 'locked', user: null })

  /** Look without logging in, where that is allowed. */
  lookOnly = (): void => this.set({ status: 'guest', user: null })

  /** `used` was refused: get another. Whether there is one; without, the way in is shown. */
  async recover(used: string | null): Promise<boolean> {
    if (this.state.status === 'locked') return false
    if (this.accessToken !== used) return true // another request was quicker
    if (Date.now() - this.recoveredAt < RECOVERED_MS) {
      this.lock()
      return false
    }
    const isRenewed = await this.renew()
    if (isRenewed) this.recoveredAt = Date.now()
    return isRenewed
  }

  /** Get a new token by the cookie; at most one request at a time, over all tabs where the browser can say so. */
  private renew(): Promise<boolean> {
    this.renewal ??= this.renewOnce().finally(() => (this.renewal = null))
    return this.renewal
  }

  private async renewOnce(): Promise<boolean> {
    const outcome = await oneTabAtATime(refresh)
    if ('ok' in outcome) {
      this.accept(outcome.ok)
      return true
    }
    if (!hasNoAnswer(outcome.refused)) this.lock()
    else if (this.accessToken) this.planRenewal(AGAIN_MS)
    return false
  }

  private accept(tokens: Tokens): void {
    writeFlag(true)
    this.take(tokens.access_token, tokens.user)
  }

  private take(token: string, user: User | null): void {
    const isOther = this.state.status !== 'in' || this.state.user?.name !== user?.name
    this.accessToken = token
    this.planRenewal(renewAfterMs(token))
    this.set({ status: 'in', user })
    for (const listener of this.tokenListeners) listener(token, isOther)
  }

  private planRenewal(delayMs: number | null): void {
    clearTimeout(this.timer)
    if (delayMs !== null) this.timer = setTimeout(() => void this.renew(), delayMs)
  }

  private lock(): void {
    this.forget()
    this.set({ status: 'locked', user: null })
  }

  private forget(): void {
    clearTimeout(this.timer)
    this.accessToken = null
    writeFlag(false)
  }

  /** Another tab logged in: this one need not ask. One that logs out closes our socket, which says so. */
  private onStorage = ({ key, newValue }: StorageEvent): void => {
    if (key === FLAG && newValue && this.state.status === 'locked') void this.renew()
  }

  private set(state: SessionState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}

/** Two tabs that spend the same cookie at once would look like a thief; locks exist on https and localhost only. */
async function oneTabAtATime<T>(request: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  const locks = (navigator as { locks?: LockManager }).locks
  return await (locks ? locks.request('vnst.refresh', request) : request())
}

function readFlag(): boolean {
  try {
    return localStorage.getItem(FLAG) !== null
  } catch {
    return false // storage may be forbidden: then each visit begins at the way in
  }
}

function writeFlag(isIn: boolean): void {
  try {
    if (isIn) localStorage.setItem(FLAG, String(Date.now()))
    else localStorage.removeItem(FLAG)
  } catch {
    // as above
  }
}

/** The one session of this page. */
export const session = new Session()
