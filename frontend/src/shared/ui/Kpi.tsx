import { useId, type ReactNode } from 'react'
import styles from './kpi.module.css'

interface KpiProps {
  label: ReactNode
  children: ReactNode
  unit?: ReactNode
  /** What puts the figure in its place. */
  context?: ReactNode
  /** The one figure of the page. */
  isHero?: boolean
  /** Left out on the phone. */
  isExtra?: boolean
}

export function Kpi({ label, children, unit, context, isHero = false, isExtra = false }: KpiProps) {
  const id = useId()
  return (
    <div role="group" aria-labelledby={id} className={[styles.kpi, isHero && styles.hero, isExtra && styles.extra].filter(Boolean).join(' ')}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <span className={styles.value}>
        {children} {unit ? <small>{unit}</small> : null}
      </span>
      {context ? <span className={styles.context}>{context}</span> : null}
    </div>
  )
}

export function KpiRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} className={styles.row}>
      {children}
    </div>
  )
}
