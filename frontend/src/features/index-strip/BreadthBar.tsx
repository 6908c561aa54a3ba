import type { Breadth } from './breadth'
import { BREADTH_BANDS } from './breadth'
import styles from './index-strip.module.css'

/** Ceilings, ups, unchanged, downs, floors as shares of one bar; the numbers stand beside it. */
export function BreadthBar({ breadth }: { breadth: Breadth }) {
  return (
    <span className={styles.bar} aria-hidden="true">
      {BREADTH_BANDS.map((band) => (breadth[band] ? <i key={band} data-band={band} style={{ flex: breadth[band] }} /> : null))}
    </span>
  )
}
