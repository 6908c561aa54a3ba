import type { Band } from '../format/price-band'
import styles from './ui.module.css'

interface ChipProps {
  label: string
  count: number
  /** Of the count; without one it is plain. */
  colour?: Band
  hint?: string
  isOn: boolean
  onToggle: () => void
}

/** A filter that can be on or off, with how many it would keep. */
export function Chip({ label, count, colour, hint, isOn, onToggle }: ChipProps) {
  return (
    <button type="button" className={styles.chip} aria-pressed={isOn} title={hint} onClick={onToggle}>
      {label} <b className={colour}>{count}</b>
    </button>
  )
}
