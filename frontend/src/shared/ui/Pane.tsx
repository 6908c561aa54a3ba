import { useId, type ReactNode } from 'react'
import styles from './pane.module.css'

interface PaneProps {
  title: string
  /** Unit, scope, count: what the title leaves open. */
  note?: ReactNode
  /** Latest value, range, table toggle: the right end of the head. */
  end?: ReactNode
  className?: string | undefined
  children: ReactNode
}

/** A part of a page under its own head; panes are divided by lines, not boxes. */
export function Pane({ title, note, end, className = '', children }: PaneProps) {
  const id = useId()
  return (
    <section className={`${styles.pane} ${className}`} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        {note ? <span className={styles.note}>{note}</span> : null}
        {end ? <span className={styles.end}>{end}</span> : null}
      </div>
      {children}
    </section>
  )
}
