import { ICON_PATHS, type IconName } from './icon-paths'
import styles from './ui.module.css'

/** Decoration: whatever it means is said in words beside it or on its button. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICON_PATHS[name]} />
    </svg>
  )
}
