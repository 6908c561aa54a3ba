import type { ReactNode } from 'react'
import styles from './ui.module.css'

export interface SegmentedOption<T> {
  value: T
  text: ReactNode
  /** What the option is called when its text is a sign. */
  name?: string
  hint?: string
}

interface SegmentedProps<T> {
  label: string
  value: T
  options: readonly SegmentedOption<T>[]
  onChoose: (value: T) => void
  isSmall?: boolean
}

/** A few choices side by side, one of them taken. */
export function Segmented<T extends string | number>({ label, value, options, onChoose, isSmall = false }: SegmentedProps<T>) {
  return (
    <span role="group" aria-label={label} className={`${styles.segmented} ${isSmall ? styles.segmentedSmall : ''}`}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          aria-label={option.name}
          title={option.hint ?? option.name}
          onClick={() => onChoose(option.value)}
        >
          {option.text}
        </button>
      ))}
    </span>
  )
}
