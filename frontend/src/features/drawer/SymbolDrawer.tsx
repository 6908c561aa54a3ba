import { useEffect, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import { SymbolPanel, type SymbolPanelProps } from './SymbolPanel'
import styles from './drawer.module.css'

type SymbolDrawerProps = SymbolPanelProps & {
  /** The sheet of the phone lies above the page, so the page's drained colours do not reach it. */
  isDrained: boolean
}

/** Beside the board where there is room, over its edge where there is less, a sheet from below on the phone. */
export function SymbolDrawer({ isDrained, ...panel }: SymbolDrawerProps) {
  const isPhone = useMediaQuery('(max-width: 720px)')
  return isPhone ? <Sheet isDrained={isDrained} {...panel} /> : <Aside {...panel} />
}

function Aside(panel: SymbolPanelProps) {
  const { t } = useTranslation()
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') panel.onClose()
  }
  return (
    <aside className={styles.drawer} aria-label={t('drawer/of', { symbol: panel.symbol })} onKeyDown={onKeyDown}>
      <SymbolPanel key={panel.symbol} {...panel} />
    </aside>
  )
}

function Sheet({ isDrained, ...panel }: SymbolDrawerProps) {
  const { t } = useTranslation()
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={styles.sheet}
      aria-label={t('drawer/of', { symbol: panel.symbol })}
      onCancel={(event) => {
        event.preventDefault()
        panel.onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) panel.onClose()
      }}
    >
      <div className={`${styles.sheetBody} ${isDrained ? 'drained' : ''}`}>
        <span className={styles.grip} aria-hidden="true" />
        <SymbolPanel key={panel.symbol} {...panel} />
      </div>
    </dialog>
  )
}
