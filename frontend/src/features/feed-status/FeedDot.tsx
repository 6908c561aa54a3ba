import type { FeedWord } from './freshness'
import styles from './feed-status.module.css'

/** Shape before colour: full speaks, half speaks in part, ring does not, square rests. */
const LOOK: Record<FeedWord, readonly [shape: string, tone: string]> = {
  connecting: ['ring', 'calm'], live: ['full', 'ok'], replaying: ['full', 'calm'], quiet: ['half', 'ok'], partial: ['half', 'warn'], stalled: ['half', 'warn'],
  reconnecting: ['ring', 'warn'], lunch: ['square', 'calm'], closed: ['square', 'calm'], failed: ['ring', 'danger'], lost: ['ring', 'danger'],
  polling: ['half', 'warn'], paused: ['ring', 'calm'], refused: ['ring', 'danger'],
}

export function FeedDot({ word }: { word: FeedWord }) {
  const [shape, tone] = LOOK[word]
  return <span className={styles.dot} data-shape={shape} data-tone={tone} aria-hidden="true" />
}
