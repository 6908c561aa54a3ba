import type { ReactNode } from 'react'
import styles from './plot.module.css'

export function PlotLegend({ shape, side, children }: { shape: 'line' | 'box' | 'dash'; side?: 'buy' | 'sell'; children: ReactNode }) {
  return (
    <span className={`${styles.legend} ${side ? (styles[side] ?? '') : ''}`} data-shape={shape}>
      <i aria-hidden="true" />
      {children}
    </span>
  )
}
