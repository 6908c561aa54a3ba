import type { ComponentProps } from 'react'
import { Icon } from './Icon'
import type { IconName } from './icon-paths'
import styles from './ui.module.css'

type IconButtonProps = ComponentProps<'button'> & { icon: IconName; label: string }

export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className={`${styles.iconButton} ${className}`}>
      <Icon name={icon} />
    </button>
  )
}
