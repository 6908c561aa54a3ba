import { Link } from 'react-router'
import styles from './shell.module.css'

export function Brand() {
  return (
    <Link to="/" className={styles.brand} aria-label="VN Stock Tracker">
      <svg viewBox="0 0 18 18" aria-hidden="true">
        <path d="M2 12h3v4H2zM7.5 6h3v10h-3zM13 2h3v14h-3z" fill="currentColor" />
      </svg>
      <span className={styles.brandName}>
        VN Stock<span className={styles.brandLong}> Tracker</span>
      </span>
    </Link>
  )
}
