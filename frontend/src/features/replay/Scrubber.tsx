import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dictionary } from '@/shared/i18n/vi'
import { formatClock } from '@/shared/time/market-time'
import { clampPlace, phaseAt, placeByKey, shareOf, type Track } from './scrubber-track'
import styles from './replay.module.css'

const KEYS_OVER_MS = 300 // a key that is held down asks once, when it is let go

interface ScrubberProps {
  track: Track
  placeMs: number
  onSeek: (ms: number) => void
}

/** The session as a line with its phases; a place is chosen by pointer or keys, and asked for when the choice is made. */
export function Scrubber({ track, placeMs, onSeek }: ScrubberProps) {
  const { t } = useTranslation()
  const line = useRef<HTMLDivElement>(null)
  const [chosen, setChosen] = useState<number | null>(null)
  const timer = useRef<number | undefined>(undefined)
  useEffect(() => () => window.clearTimeout(timer.current), [])
  const shown = chosen ?? placeMs

  const ask = (ms: number): void => {
    setChosen(null)
    onSeek(ms)
  }
  const placeOf = ({ clientX }: PointerEvent): number => {
    const box = line.current?.getBoundingClientRect()
    return box?.width ? clampPlace(track, track.fromMs + ((clientX - box.left) / box.width) * (track.toMs - track.fromMs)) : shown
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = placeByKey(track, shown, event.key)
    if (next === null || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    setChosen(next)
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => ask(next), KEYS_OVER_MS)
  }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture?.(event.pointerId)
    setChosen(placeOf(event))
  }
  const phaseName = (phase: string): string => t(`phase/${phase as keyof Dictionary['phase']}`)
  const second = Math.round(shown / 1000)
  return (
    <div
      ref={line}
      role="slider"
      tabIndex={0}
      className={styles.scrubber}
      aria-label={t('replay/place')}
      aria-valuemin={Math.round(track.fromMs / 1000)}
      aria-valuemax={Math.round(track.toMs / 1000)}
      aria-valuenow={second}
      aria-valuetext={t('replay/placeText', { time: formatClock(shown), phase: phaseName(phaseAt(track, shown)) })}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => chosen !== null && event.buttons && setChosen(placeOf(event))}
      onPointerUp={(event) => chosen !== null && ask(placeOf(event))}
      onPointerCancel={() => setChosen(null)}
    >
      {track.parts.map((part) => (
        <i
          key={`${part.kind}${part.fromMs}`}
          data-part={part.kind}
          data-phase={part.kind === 'phase' ? part.label : undefined}
          title={part.kind === 'gap' ? t('replay/gap', { from: formatClock(part.fromMs), to: formatClock(part.toMs) }) : part.kind === 'phase' ? phaseName(part.label) : undefined}
          style={{ left: `${part.left * 100}%`, width: `${part.width * 100}%` }}
        />
      ))}
      <b style={{ left: `${shareOf(track, shown) * 100}%` }} />
      {chosen === null ? null : <output className={styles.chosen} style={{ left: `${shareOf(track, shown) * 100}%` }}>{formatClock(chosen)}</output>}
    </div>
  )
}
