import type { FeedWord } from './freshness'
import styles from './feed-dot.module.css'

/** One channel of a feed may be mute while the others speak; of some nothing is known. */
export type DotWord = FeedWord | 'mute' | 'unknown'

/** Shape before colour: full speaks, half speaks in part, ring does not, square rests. */
const LOOK: Record<DotWord, readonly [shape: string, tone: string]> = {
  connecting: ['ring', 'calm'], live: ['full', 'ok'], replaying: ['full', 'calm'], quiet: ['half', 'ok'], partial: ['half', 'warn'], stalled: ['half', 'warn'],
  reconnecting: ['ring', 'warn'], lunch: ['square', 'calm'], closed: ['square', 'calm'], failed: ['ring', 'danger'], lost: ['ring', 'danger'],
  polling: ['half', 'warn'], paused: ['ring', 'calm'], refused: ['ring', 'danger'], mute: ['half', 'warn'], unknown: ['ring', 'calm'],
}

export function FeedDot({ word, isLarge = false }: { word: DotWord; isLarge?: boolean }) {
  const [shape, tone] = LOOK[word]
  return <span className={styles.dot} data-shape={shape} data-tone={tone} data-large={isLarge || undefined} aria-hidden="true" />
}
