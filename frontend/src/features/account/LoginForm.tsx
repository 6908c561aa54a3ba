import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { session } from '@/shared/session/session'
import type { Refused } from '@/shared/session/auth-requests'
import { useNow } from '@/shared/time/use-now'
import { Button } from '@/shared/ui/Button'
import styles from './account.module.css'

interface LoginFormProps {
  /** token: there are no accounts, only the one token that everybody shares. */
  kind: 'accounts' | 'token'
  onLookOnly?: (() => void) | undefined
}

interface Failure extends Refused {
  /** Epoch ms, where the server asks to wait. */
  readonly until: number
}

export function LoginForm({ kind, onLookOnly }: LoginFormProps) {
  const { t } = useTranslation()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const nameInput = useRef<HTMLInputElement>(null)
  const secretInput = useRef<HTMLInputElement>(null)
  const failureId = useId()
  const now = useNow()
  const waitS = failure ? Math.max(0, Math.ceil((failure.until - now) / 1000)) : 0
  const isLockedOut = failure?.code === 'locked_out' && waitS > 0

  useEffect(() => (nameInput.current ?? secretInput.current)?.focus(), [kind])

  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const secret = secretInput.current
    if (isBusy || isLockedOut || !secret) return
    setBusy(true)
    const name = nameInput.current?.value ?? ''
    const refused = kind === 'token' ? await session.useSharedToken(secret.value) : await session.logIn(name, secret.value)
    if (!refused) return // the page is gone
    setBusy(false)
    setFailure({ ...refused, until: Date.now() + (refused.waitS ?? 0) * 1000 })
    secret.focus()
    secret.select()
  }

  const sentenceOf = ({ code }: Refused, count: number): string => {
    switch (code) {
      case 'locked_out': return count > 0 ? t('account/lockedOut', { count }) : t('account/again')
      case 'wrong_credentials': return t('account/wrong')
      case 'unauthorized': return t('account/wrongToken')
      case 'unreachable': return t('account/unreachable')
      default: return t('account/unavailable')
    }
  }
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-labelledby={`${failureId}-title`}>
      <h1 id={`${failureId}-title`}>{t(kind === 'token' ? 'account/titleToken' : 'account/title')}</h1>
      {kind === 'accounts' ? (
        <label className={styles.field}>
          <span>{t('account/name')}</span>
          <input ref={nameInput} name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={64} aria-describedby={failureId} />
        </label>
      ) : null}
      <label className={styles.field}>
        <span>{t(kind === 'token' ? 'account/token' : 'account/password')}</span>
        <input ref={secretInput} name="password" type="password" autoComplete="current-password" required maxLength={kind === 'token' ? 4096 : 256} aria-describedby={failureId} aria-invalid={failure?.code === 'wrong_credentials' || undefined} />
      </label>
      {/* Said once per failure: the seconds tick for the eye only. */}
      <p className="sr-only" id={failureId} role="alert">
        {failure && !isBusy ? sentenceOf(failure, failure.waitS ?? 0) : null}
      </p>
      <p className={styles.failure} aria-hidden="true">
        {failure && !isBusy ? sentenceOf(failure, waitS) : null}
      </p>
      <Button type="submit" isPrimary className={styles.submit} disabled={isBusy || isLockedOut}>
        {t(isBusy ? 'account/busy' : 'account/logIn')}
      </Button>
      {onLookOnly ? (
        <button type="button" className={styles.link} onClick={onLookOnly}>
          {t('account/lookOnly')}
        </button>
      ) : null}
    </form>
  )
}
