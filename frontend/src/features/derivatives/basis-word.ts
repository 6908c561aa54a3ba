import styles from './derivatives.module.css'

export function basisWord(basis: number | null | undefined): 'premium' | 'discount' | 'even' | null {
  if (basis == null) return null
  return basis > 0 ? 'premium' : basis < 0 ? 'discount' : 'even'
}

/** A stale basis has no direction to be trusted. */
export function basisClass(basis: number | null | undefined, isStale: boolean | null | undefined = false): string {
  const word = basisWord(basis)
  if (isStale) return styles.stale ?? ''
  return (word === 'premium' ? styles.premium : word === 'discount' ? styles.discount : '') ?? ''
}
