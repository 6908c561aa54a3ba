import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDate } from '@/shared/time/market-time'
import { useMediaQuery } from '@/shared/ui/use-media-query'
import type { SignalRow } from './signal-groups'
import { SignalLine } from './SignalLine'
import styles from './signals.module.css'

const ROW_PX = 32
const PHONE_ROW_PX = 74
const OVERSCAN = 8
const TOP_PX = 8

interface SignalLogProps {
  rows: readonly SignalRow[]
  unread: ReadonlySet<string>
  nameOf: (symbol: string) => string
  onToggle: (key: string) => void
  /** New rows come by themselves. */
  isLive?: boolean
  /** Below the last row. */
  footer?: ReactNode
}

/** Newest first, virtual. New rows are read out while the top is in view: rows scrolled into view are no news. */
export function SignalLog({ rows, unread, nameOf, onToggle, isLive = true, footer }: SignalLogProps) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const [isAtTop, setAtTop] = useState(true)
  const hasSpark = useMediaQuery('(min-width: 1440px)') // as the style sheet says
  const isPhone = useMediaQuery('(max-width: 720px)')
  const getScrollElement = useCallback(() => scroller.current, [])
  const getItemKey = useCallback((i: number) => rows[i]?.key ?? i, [rows])
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions go no further than this component
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement,
    getItemKey,
    estimateSize: () => (isPhone ? PHONE_ROW_PX : ROW_PX),
    overscan: OVERSCAN,
    useFlushSync: false,
  })
  return (
    <>
      <div className={`${styles.head} ${styles.grid}`} aria-hidden="true">
        <span>{t('signals/col.time')}</span>
        <span />
        <span>{t('signals/col.symbol')}</span>
        <span className={styles.type}>{t('signals/col.type')}</span>
        <span>{t('signals/col.what')}</span>
        <span className={styles.size}>{t('signals/col.size')}</span>
        {hasSpark ? <span>{t('signals/col.before')}</span> : null}
        <span />
      </div>
      <div
        ref={scroller}
        className={styles.log}
        role="log"
        aria-live={isLive && isAtTop ? 'polite' : 'off'}
        aria-label={t(isLive ? 'signals/log' : 'signals/historyLog')}
        tabIndex={0}
        onScroll={(event) => setAtTop(event.currentTarget.scrollTop < TOP_PX)}
      >
        <div className={styles.sizer} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index]
            if (!row) return null
            return (
              <div key={key} ref={virtual.measureElement} data-index={index} className={styles.place} style={{ transform: `translateY(${start}px)` }}>
                {row.kind === 'day' ? (
                  <div className={styles.day}>{t('signals/day', { date: formatDate(row.date) })}</div>
                ) : (
                  <SignalLine row={row} name={nameOf(row.alert.symbol)} isUnread={unread.has(row.alert.id)} hasSpark={hasSpark} onToggle={onToggle} />
                )}
              </div>
            )
          })}
        </div>
        {footer}
      </div>
    </>
  )
}
