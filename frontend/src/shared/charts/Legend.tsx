import type { ReactNode } from 'react'
import type { ColourToken } from './chart-colours'
import styles from './charts.module.css'

interface LegendProps {
  colour: ColourToken
  shape?: 'line' | 'box' | 'hatched'
  children: ReactNode
}

/** One entry of a legend. */
export function Legend({ colour, shape = 'line', children }: LegendProps) {
  return (
    <span className={styles.legend} style={{ color: `var(${colour})` }}>
      <i data-shape={shape} />
      <span>{children}</span>
    </span>
  )
}
