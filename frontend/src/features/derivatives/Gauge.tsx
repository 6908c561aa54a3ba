import { formatNumber, formatSigned } from '@/shared/format/board-number'
import type { BasisRange } from './basis-sample'
import { basisClass } from './basis-word'
import type { Spread } from './convergence'
import styles from './derivatives.module.css'

interface GaugeProps {
  basis: number
  /** Where it came from; the trail is drawn from there. */
  before: number | null
  range: BasisRange
  spread: Spread | null
  label: string
}

const ROOM = 1.15

/** The end of the scale: a round number beyond everything that is marked. */
function reachOf(values: readonly number[]): number {
  const size = Math.max(1, ...values.map(Math.abs)) * ROOM
  return size <= 5 ? Math.ceil(size) : Math.ceil(size / 5) * 5
}

/** The basis on a scale around zero, with the last 15 minutes as a trail and two standard deviations as marks. */
export function Gauge({ basis, before, range, spread, label }: GaugeProps) {
  const marks = spread ? [spread.mean - 2 * spread.sigma, spread.mean + 2 * spread.sigma] : []
  const reach = reachOf([basis, range.high, range.low, ...marks])
  const place = (value: number): number => 50 + (value / reach) * 50
  const at = (value: number) => ({ left: `${place(value)}%` })
  return (
    <div className={styles.gauge} role="img" aria-label={label}>
      <span className={styles.gaugeAxis} />
      {marks.map((mark) => <span key={mark} className={styles.gaugeMark} style={at(mark)} />)}
      <span className={styles.gaugeZero} />
      {before === null ? null : (
        <span className={styles.gaugeTrail} style={{ left: `${Math.min(place(before), place(basis))}%`, width: `${Math.abs(place(before) - place(basis))}%` }} />
      )}
      <span className={`${styles.gaugePoint} ${basisClass(basis)}`} style={at(basis)} />
      <span className={`${styles.gaugeValue} ${basisClass(basis)}`} style={{ left: `${Math.min(94, Math.max(6, place(basis)))}%` }}>
        {formatSigned(basis, 2)}
      </span>
      <span className={styles.gaugeText} style={{ left: 0 }}>{formatNumber(-reach)}</span>
      <span className={`${styles.gaugeText} ${styles.centred}`} style={{ left: '50%' }}>0</span>
      <span className={styles.gaugeText} style={{ right: 0 }}>+{formatNumber(reach)}</span>
      {marks.map((mark) =>
        Math.abs(place(mark) - 50) < 8 || Math.abs(place(mark) - 50) > 42 ? null : (
          <span key={mark} className={`${styles.gaugeText} ${styles.centred}`} style={at(mark)}>{mark < (spread?.mean ?? 0) ? '−2σ' : '+2σ'}</span>
        ),
      )}
    </div>
  )
}
