import styles from './charts.module.css'

export interface ChartTableData {
  /** The first is the time. */
  readonly columns: readonly string[]
  /** Newest first, already as text. */
  readonly rows: readonly (readonly string[])[]
}

/** What screen readers are given; who looks at the table sees more of it. */
const HIDDEN_ROWS = 10
const SHOWN_ROWS = 300

export function ChartTable({ caption, data, isShown }: { caption: string; data: ChartTableData; isShown: boolean }) {
  const rows = data.rows.slice(0, isShown ? SHOWN_ROWS : HIDDEN_ROWS)
  return (
    <div className={isShown ? styles.tableFrame : 'sr-only'} {...(isShown && { tabIndex: 0, role: 'region', 'aria-label': caption })}>
      <table className={styles.table}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {data.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, i) => (i ? <td key={i}>{cell}</td> : <th key={i} scope="row">{cell}</th>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
