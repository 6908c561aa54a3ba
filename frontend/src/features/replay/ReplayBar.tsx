import { useMemo, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { replayPlace } from '@/shared/replay/replay-place'
import type { ReplayState } from '@/shared/replay/use-replay'
import { formatClock, formatDate, toMoment } from '@/shared/time/market-time'
import { useNow } from '@/shared/time/use-now'
import { IconButton } from '@/shared/ui/IconButton'
import { Scrubber } from './Scrubber'
import { trackOf } from './scrubber-track'
import { useFreshAfterSeek, useReplayControl } from './use-replay-control'
import styles from './replay.module.css'

const SPEEDS = [0.5, 1, 2, 5, 10, 50, 100]
const MAX = 0

/** Drives the recording that everybody on this server looks at. Space plays and pauses while the focus is in here. */
export function ReplayBar({ replay, toldAtMs }: ReplayState) {
  const { t } = useTranslation()
  const now = useNow()
  const { change, problem } = useReplayControl()
  useFreshAfterSeek(replay)
  const track = useMemo(() => trackOf(replay), [replay])
  const placeMs = replayPlace(replay, toldAtMs, now)
  const seek = (ms: number): void => change({ position: toMoment(ms) })
  const toggle = (): void => (replay.has_ended ? change({ position: replay.from, is_paused: false }) : change({ is_paused: !replay.is_paused }))
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const isOwn = event.target instanceof HTMLElement && /^(BUTTON|SELECT)$/.test(event.target.tagName) // they have a use for Space themselves
    if (event.key !== ' ' || isOwn) return
    event.preventDefault()
    toggle()
  }
  const speeds = [...new Set([...SPEEDS, replay.speed])].filter((speed) => speed !== MAX).sort((a, b) => a - b)
  const playLabel = t(replay.has_ended ? 'replay/again' : replay.is_paused ? 'replay/play' : 'replay/pause')
  return (
    <section className={styles.bar} aria-label={t('replay/label')} onKeyDown={onKeyDown}>
      <span className={styles.tag}>{t('sourceTag/replay')}</span>
      <span className={styles.when}>
        {formatDate(replay.day)} <time>{formatClock(placeMs)}</time>
      </span>
      <IconButton icon={replay.has_ended ? 'retry' : replay.is_paused ? 'play' : 'pause'} label={playLabel} onClick={toggle} />
      <select
        className={styles.speed}
        aria-label={t('replay/speed')}
        value={replay.speed}
        onChange={({ target }) => change({ speed: Number(target.value) })}
      >
        {speeds.map((speed) => (
          <option key={speed} value={speed}>{speed}×</option>
        ))}
        <option value={MAX}>{t('replay/max')}</option>
      </select>
      <Scrubber track={track} placeMs={placeMs} onSeek={seek} />
      <button
        type="button"
        role="switch"
        aria-checked={replay.skips_lunch}
        className={styles.switch}
        onClick={() => change({ skip_lunch: !replay.skips_lunch })}
      >
        <i aria-hidden />
        {t('replay/skipLunch')}
      </button>
      <span role="status" className={styles.state} data-problem={problem ?? undefined}>
        {problem ? t(`replay/${problem}`) : replay.is_seeking ? t('replay/seeking') : replay.has_ended ? t('replay/ended') : ''}
      </span>
    </section>
  )
}
