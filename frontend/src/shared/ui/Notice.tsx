import type { ReactNode } from 'react'
import { Icon } from './Icon'
import type { IconName } from './icon-paths'
import styles from './ui.module.css'

/** A pane that has nothing to show says why, and what can be done. */
export function Notice({ title, icon, children }: { title: string; icon: IconName; children: ReactNode }) {
  return (
    <div className={styles.notice} role="status">
      <Icon name={icon} />
      <b>{title}</b>
      <div>{children}</div>
    </div>
  )
}
