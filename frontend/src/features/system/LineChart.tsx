import { formatNumber } from '@/shared/format/board-number'
import { formatClock } from '@/shared/time/market-time'
import { niceCeiling } from './nice-ceiling'
import styles from './system.module.css'

export interface LinePoint {
  /** Epoch ms. */
  readonly at: number
  /** One per series; null is a hole. */
  readonly values: readonly (number | null)[]
}

interface LineChartProps {
  label: string
  names: readonly string[]
  points: readonly LinePoint[]
  unit: string
  decimals: number
  waiting: string
}

const WIDTH = 1000
const HEIGHT = 100
const SHOWN_MS = 600_000
const TABLE_ROWS = 10

/** The last ten minutes, from 0 up; colours are tokens, so it follows theme and palette by itself. */
export function LineChart({ label, names, points, unit, decimals, waiting }: LineChartProps) {
  const last = points.at(-1)
  const values = points.flatMap((point) => point.values.filter((value) => value !== null))
  if (!last || !values.length) return <p className={styles.waiting}>{waiting}</p>
  const top = Math.max(niceCeiling(Math.max(...values)), decimals ? 0 : 2) // whole numbers: half of 1 would be written as 1
  const x = (at: number): number => WIDTH - ((last.at - at) / SHOWN_MS) * WIDTH
  const y = (value: number): number => HEIGHT - (value / top) * HEIGHT
  const text = (value: number | null): string => (value === null ? '–' : formatNumber(value, decimals))
  return (
    <figure className={styles.plot} aria-label={label}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {[0, 0.5].map((share) => (
          <line key={share} x1="0" x2={WIDTH} y1={HEIGHT * share} y2={HEIGHT * share} className={styles.gridLine} />
        ))}
        {names.map((name, i) => (
          <path key={name} data-series={i} className={styles.series} d={linePath(points, i, x, y)} />
        ))}
      </svg>
      <span className={styles.axis} aria-hidden="true">
        <span>{text(top)}</span>
        <span>{text(top / 2)}</span>
        <span>0</span>
      </span>
      <span className={styles.times} aria-hidden="true">
        <span>{formatClock(last.at - SHOWN_MS)}</span>
        <span>{formatClock(last.at - SHOWN_MS / 2)}</span>
        <span>{formatClock(last.at)}</span>
      </span>
      <table className="sr-only">
        <caption>{label}</caption>
        <tbody>
          {points.slice(-TABLE_ROWS).map((point) => (
            <tr key={point.at}>
              <th scope="row">{formatClock(point.at)}</th>
              {point.values.map((value, i) => (
                <td key={names[i]}>{`${names[i]} ${text(value)} ${unit}`}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

function linePath(points: readonly LinePoint[], series: number, x: (at: number) => number, y: (value: number) => number): string {
  let isDrawing = false
  return points
    .map(({ at, values }) => {
      const value = values[series] ?? null
      const step = value === null ? '' : `${isDrawing ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`
      isDrawing = value !== null
      return step
    })
    .join('')
}
