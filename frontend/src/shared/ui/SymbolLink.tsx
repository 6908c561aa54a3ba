import { Link } from 'react-router'
import type { Band } from '../format/price-band'
import styles from './ui.module.css'

const LIMIT_TAG: Partial<Record<Band | '', string>> = { ceil: 'CE', floor: 'FL' }

/** A symbol in the colour of its price, marked at the limits, leading to its chart. */
export function SymbolLink({ symbol, band }: { symbol: string; band: Band | '' }) {
  const tag = LIMIT_TAG[band]
  return (
    <Link to={`/chart?symbol=${encodeURIComponent(symbol)}`} className={`${styles.symbolLink} ${band}`}>
      {symbol}
      {tag ? <span className={styles.limitTag}>{tag}</span> : null}
    </Link>
  )
}
