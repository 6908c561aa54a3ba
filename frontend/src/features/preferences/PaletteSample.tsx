import type { Palette } from '@/shared/preferences/preferences'
import styles from './preferences.module.css'

/** Up and down in the colours of a palette, whichever is in force. */
export function PaletteSample({ palette }: { palette: Palette }) {
  return (
    <span className={styles.sample} data-sample={palette} aria-hidden="true">
      <i>▲</i>
      <i>▼</i>
    </span>
  )
}
