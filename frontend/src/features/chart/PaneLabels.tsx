import styles from './chart.module.css'

const AXIS_PX = 28

/** The names of the panes, each in its upper left corner. */
export function PaneLabels({ shares, labels }: { shares: readonly number[]; labels: readonly string[] }) {
  const total = shares.reduce((sum, share) => sum + share, 0)
  const tops = shares.map((_, i) => shares.slice(0, i).reduce((sum, share) => sum + share, 0) / total)
  return labels.map((label, i) =>
    label ? (
      <span key={label} className={styles.paneLabel} style={{ top: `calc((100% - ${AXIS_PX}px) * ${tops[i] ?? 0} + 3px)` }} aria-hidden="true">
        {label}
      </span>
    ) : null,
  )
}
