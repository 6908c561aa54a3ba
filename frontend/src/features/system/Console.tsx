import { useEffect, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/shared/ui/Button'
import { ConsoleFrames } from './ConsoleFrames'
import { ConsoleSession, type Target } from './console-session'
import { CLOSE_MEANINGS, MESSAGES } from './console-presets'
import styles from './console.module.css'

const PATHS = ['/v1/ws', '/ws/market', '/ws/foreign', '/ws/index', '/ws/alerts'] as const
const MODES = ['full', 'delta'] as const

/** Connect, subscribe, see frames and resume, all by hand: what wscat is to an operator, with the frames to be read. */
export function Console() {
  const { t } = useTranslation()
  const [session] = useState(() => new ConsoleSession())
  const view = useSyncExternalStore(session.subscribe, session.get)
  const [path, setPath] = useState<string>(PATHS[0])
  const [mode, setMode] = useState<string>(MODES[0])
  const [symbols, setSymbols] = useState('')
  const [token, setToken] = useState('')
  const [message, setMessage] = useState<string>(MESSAGES[0].text)
  useEffect(() => () => session.drop(), [session])

  const hasMode = path !== '/v1/ws'
  const target: Target = { path, query: hasMode ? { mode, symbols: path === '/ws/market' ? symbols : '' } : {}, token }
  const isOpen = view.state === 'open'
  const isBusy = isOpen || view.state === 'connecting'
  const meaning = CLOSE_MEANINGS.find((code) => code === view.closeCode)
  const stateText = t(`system/console.${view.state}`) + (view.closeCode === null ? '' : ` · ${view.closeCode}${meaning ? ` ${t(`system/close.${meaning}`)}` : ''}`)
  return (
    <div className={styles.console}>
      <div className={styles.controls}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            session.connect(target)
          }}
        >
          <label>
            {t('system/console.path')}
            <select value={path} onChange={(event) => setPath(event.target.value)} disabled={isBusy}>
              {PATHS.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          {hasMode ? (
            <label>
              {t('system/console.mode')}
              <select value={mode} onChange={(event) => setMode(event.target.value)} disabled={isBusy}>
                {MODES.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          ) : null}
          {path === '/ws/market' ? (
            <label>
              {t('system/console.symbols')}
              <input value={symbols} placeholder="VCB,FPT" onChange={(event) => setSymbols(event.target.value)} disabled={isBusy} />
            </label>
          ) : null}
          <label>
            {t('system/console.token')}
            <input type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} disabled={isBusy} />
          </label>
          <div className={styles.buttons}>
            <Button isPrimary type="submit" disabled={isBusy}>
              {t('system/console.connect')}
            </Button>
            <Button disabled={!isBusy} onClick={() => session.close()}>
              {t('system/console.close')}
            </Button>
            <Button disabled={isBusy || !view.sessionId} onClick={() => session.resume(target)} title={t('system/console.resumeHint')}>
              {t('system/console.resume')}
            </Button>
          </div>
        </form>
        <dl className={styles.facts}>
          <dt>{t('system/console.state')}</dt>
          <dd role="status">{stateText}</dd>
          <dt>session_id</dt>
          <dd>
            <code>{view.sessionId ?? '–'}</code>
          </dd>
          <dt>position</dt>
          <dd>
            <code>{view.position ?? '–'}</code>
          </dd>
        </dl>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            session.send(message)
          }}
        >
          <label>
            {t('system/console.preset')}
            <select value={MESSAGES.find(({ text }) => text === message)?.name ?? ''} onChange={(event) => setMessage(MESSAGES.find(({ name }) => name === event.target.value)?.text ?? message)}>
              <option value="">{t('system/console.own')}</option>
              {MESSAGES.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            {t('system/console.message')}
            <textarea rows={4} spellCheck={false} value={message} onChange={(event) => setMessage(event.target.value)} />
          </label>
          <div className={styles.buttons}>
            <Button type="submit" disabled={!isOpen || !message.trim()}>
              {t('system/console.send')}
            </Button>
          </div>
        </form>
        <p className={styles.hint}>{t('system/console.hint')}</p>
      </div>
      <ConsoleFrames view={view} onHold={(isHeld) => session.setHeld(isHeld)} onClear={session.clear} />
    </div>
  )
}
