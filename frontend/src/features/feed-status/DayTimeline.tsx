import type { Phase } from '@/shared/api/models'
import { plannedDay } from '@/shared/time/trading-day'
import { secondsOfDay } from '@/shared/time/market-time'
import styles from './feed-status.module.css'

/** The day in pieces as long as they last (auctions a little longer, to be seen), up to now. */
export function DayTimeline({ exchange, phase, clockMs }: { exchange: string; phase: Phase; clockMs: number | null }) {
  const isOver = phase === 'closed'
  const isAhead = phase === 'pre_open' // whatever time it was when the day on the screen ended
  const now = clockMs === null || isAhead ? 0 : secondsOfDay(clockMs)
  return (
    <span className={styles.timeline} aria-hidden="true">
      {plannedDay(exchange).map(({ phase: planned, from, to }) => {
        const isLunch = planned === 'lunch'
        const state = isOver || now >= to ? 'done' : now >= from ? 'now' : 'ahead'
        const minutes = (to - from) / 60
        return (
          <i
            key={from}
            data-state={isLunch ? 'lunch' : state}
            style={{ flex: isLunch ? 14 : Math.max(15, minutes * 0.55), '--p': `${Math.round(((now - from) / (to - from)) * 100)}%` } as React.CSSProperties}
          />
        )
      })}
    </span>
  )
}
