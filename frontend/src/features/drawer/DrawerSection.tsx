import type { ReactNode } from 'react'
import styles from './drawer.module.css'

export function DrawerSection({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h3>
        {title}
        {note ? <span>{note}</span> : null}
      </h3>
      {children}
    </section>
  )
}
