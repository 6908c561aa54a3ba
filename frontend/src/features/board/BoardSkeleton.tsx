import styles from './board.module.css'
import skeleton from './skeleton.module.css'

const ROWS = 30
const CELLS = 14
/** Uneven like real figures, the same on every render. */
const widthPercent = (row: number, cell: number): number => 38 + ((row * 7 + cell * 11) % 34)

/** Static bars under a real header's height: nothing moves until there is something to say. */
export function BoardSkeleton({ label }: { label: string }) {
  return (
    <div className={skeleton.board} role="status" aria-busy="true" aria-label={label}>
      <div className={skeleton.head} />
      {Array.from({ length: ROWS }, (_, row) => (
        <div key={row} className={skeleton.row}>
          {Array.from({ length: CELLS }, (_, cell) => (
            <span key={cell} className={styles.bar} style={{ width: `${widthPercent(row, cell)}%` }} />
          ))}
        </div>
      ))}
    </div>
  )
}
