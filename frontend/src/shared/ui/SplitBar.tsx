import styles from './split-bar.module.css'

interface SplitBarProps {
  buy: number
  neutral?: number
  sell: number
  size?: 'tall' | 'medium' | 'thin'
  /** A tick where both sides would be equal. */
  hasMiddle?: boolean
}

/** Two sides and what belongs to neither as shares of one bar. Decoration: the figures stand beside it. */
export function SplitBar({ buy, neutral = 0, sell, size = 'medium', hasMiddle = false }: SplitBarProps) {
  return (
    <span className={`${styles.frame} ${hasMiddle ? styles.middle : ''}`} aria-hidden="true">
      <span className={styles.bar} data-size={size}>
        {buy > 0 ? <i className={styles.buy} style={{ flex: buy }} /> : null}
        {neutral > 0 ? <i className={styles.neutral} style={{ flex: neutral }} /> : null}
        {sell > 0 ? <i className={styles.sell} style={{ flex: sell }} /> : null}
      </span>
    </span>
  )
}
