import type { ShownState } from '@/shared/replay/shown-state'
import styles from './system.module.css'

export type ChannelState = ShownState | 'mute' | 'unknown'

/** Shape before colour: full speaks, half speaks in part, ring does not, square rests. The word stands beside it. */
const LOOK: Record<ChannelState, readonly [shape: string, tone: string]> = {
  connecting: ['ring', 'calm'], live: ['full', 'ok'], replaying: ['full', 'calm'], quiet: ['half', 'ok'], partial: ['half', 'warn'], stalled: ['half', 'warn'],
  reconnecting: ['ring', 'warn'], lunch: ['square', 'calm'], closed: ['square', 'calm'], failed: ['ring', 'danger'], mute: ['half', 'warn'], unknown: ['ring', 'calm'],
}

export function StateDot({ state, isLarge = false }: { state: ChannelState; isLarge?: boolean }) {
  const [shape, tone] = LOOK[state]
  return <span className={styles.dot} data-shape={shape} data-tone={tone} data-large={isLarge || undefined} aria-hidden="true" />
}
