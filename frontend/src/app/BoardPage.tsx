import { lazy, Suspense, useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { PriceBoard } from '@/features/board/PriceBoard'
import { useFreshness } from '@/shared/feed/use-freshness'
import { WatchButton } from '@/features/watchlist/WatchButton'
import { WatchlistsDialog } from '@/features/watchlist/WatchlistsDialog'
import { Icon } from '@/shared/ui/Icon'
import { pageAt } from './page-navigation'
import { useSymbolTags } from './use-symbol-tags'
import styles from './shell.module.css'

const SymbolDrawer = lazy(async () => ({ default: (await import('@/features/drawer/SymbolDrawer')).SymbolDrawer }))

/** The board, and beside it whatever is known of the symbol that is marked in the address. */
export function BoardPage() {
  const { t } = useTranslation()
  const { isStale } = useFreshness()
  const [params, setParams] = useSearchParams()
  const symbol = params.get('symbol')
  const tags = useSymbolTags(symbol)
  const onClose = useCallback(() => {
    setParams(
      (current) => {
        const next = new URLSearchParams(current)
        next.delete('symbol')
        return next
      },
      { replace: true },
    )
    document.querySelector<HTMLElement>('[role=grid]')?.focus({ preventScroll: true }) // where the keyboard came from
  }, [setParams])
  const actions = symbol ? (
    <>
      <WatchButton symbol={symbol} />
      {pageAt('/chart') ? (
        <Link className={styles.iconLink} to={`/chart?symbol=${encodeURIComponent(symbol)}`} aria-label={t('drawer/chart', { symbol })} title={t('drawer/chart', { symbol })}>
          <Icon name="external" />
        </Link>
      ) : null}
    </>
  ) : null
  return (
    <PriceBoard
      renderWatchlists={(dialog) => <WatchlistsDialog {...dialog} />}
      panel={
        symbol ? (
          <Suspense>
            <SymbolDrawer symbol={symbol} tags={tags} actions={actions} isDrained={isStale} onClose={onClose} />
          </Suspense>
        ) : null
      }
    />
  )
}
