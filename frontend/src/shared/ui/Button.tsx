import type { ComponentProps } from 'react'
import styles from './ui.module.css'

type ButtonProps = ComponentProps<'button'> & { isPrimary?: boolean; isSmall?: boolean }

export function Button({ isPrimary = false, isSmall = false, className = '', ...rest }: ButtonProps) {
  const classes = [styles.button, isPrimary && styles.primary, isSmall && styles.small, className].filter(Boolean).join(' ')
  return <button type="button" {...rest} className={classes} />
}
