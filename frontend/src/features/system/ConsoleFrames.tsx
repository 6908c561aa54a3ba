import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/shared/format/board-number'
import { formatClock } from '@/shared/time/market-time'
import { Button } from '@/shared/ui/Button'
import type { ConsoleFrame, ConsoleView } from './console-session'
import styles from './console.module.css'

interface ConsoleFramesProps {
  view: ConsoleView
  onHold: (isHeld: boolean) => void
  onClear: () => void
}

const SHOWN = 120
const MARK = { in: '◂', out: '▸', note: '·' } as const
const LINE_CHARS = 240

/** Newest first; a frame opens to all of it. */
export function ConsoleFrames({ view, onHold, onClear }: ConsoleFramesProps) {
  const { t } = useTranslation()
  const [needle, setNeedle] = useState('')
  const found = view.frames.filter(({ kind, text }) => !needle || kind.includes(needle) || text.includes(needle))
  const shown = found.slice(-SHOWN).reverse()
  return (
    <section className={styles.frames} aria-label={t('system/console.frames')}>
      <div className={styles.bar}>
        <b>{t('system/console.frames')}</b>
        <span className={styles.dim}>{t('system/console.counts', { received: formatNumber(view.received), shown: shown.length, dropped: formatNumber(view.dropped) })}</span>
        <input type="search" aria-label={t('system/console.filter')} placeholder={t('system/console.filter')} value={needle} onChange={(event) => setNeedle(event.target.value)} />
        <Button isSmall aria-pressed={view.isHeld} onClick={() => onHold(!view.isHeld)}>
          {t(view.isHeld ? 'system/console.goOn' : 'system/console.hold')}
        </Button>
        <Button isSmall disabled={!view.frames.length} onClick={onClear}>
          {t('system/console.clear')}
        </Button>
      </div>
      <div className={styles.list} tabIndex={0} role="group" aria-label={t('system/console.frames')}>
        {shown.length ? (
          <ol>
            {shown.map((frame) => (
              <Frame key={frame.n} frame={frame} />
            ))}
          </ol>
        ) : (
          <p className={styles.hint}>{t(view.frames.length ? 'system/console.noneFound' : 'system/console.none')}</p>
        )}
      </div>
    </section>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function Frame({ frame }: { frame: ConsoleFrame }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  const isCut = frame.size > frame.text.length
  return (
    <li data-direction={frame.direction} data-testid="frame">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className={styles.dim}>{formatClock(frame.at)}</span>
        <span className={styles.mark} aria-hidden="true">{MARK[frame.direction]}</span>
        <span className="sr-only">{t(`system/console.${frame.direction}`)}</span>
        <b>{frame.kind}</b>
        <span className={styles.text}>{frame.text.slice(0, LINE_CHARS)}</span>
        <span className={styles.dim}>{formatNumber(frame.size)}</span>
      </button>
      {isOpen ? (
        <pre tabIndex={0}>
          {pretty(frame.text)}
          {isCut ? `\n… ${t('system/console.cut', { size: formatNumber(frame.size) })}` : ''}
        </pre>
      ) : null}
    </li>
  )
}
