import { useTranslation } from 'react-i18next'
import { ApiError } from '@/shared/api/client'
import { formatNumber } from '@/shared/format/board-number'
import { Button } from '@/shared/ui/Button'
import { Notice } from '@/shared/ui/Notice'
import type { AlertHistory } from './use-alert-history'
import styles from './signals.module.css'

const UNAVAILABLE = 503

/** The end of what is loaded: how much that is, and the way to older ones. */
export function HistoryEnd({ history, count }: { history: AlertHistory; count: number }) {
  const { t } = useTranslation()
  return (
    <p className={styles.historyEnd} role="status">
      <span>{t(history.hasMore ? 'signals/loaded' : 'signals/allLoaded', { count, shown: formatNumber(count) })}</span>
      {history.error ? <span className={styles.failed}>{t('signals/failed')}</span> : null}
      {history.hasMore ? (
        <Button isSmall disabled={history.isLoadingMore} onClick={history.loadMore}>
          {t(history.isLoadingMore ? 'signals/loading' : 'signals/older')}
        </Button>
      ) : null}
    </p>
  )
}

/** Why the history has nothing to show. */
export function HistoryVacancy({ history, isNarrowed, onClear }: { history: AlertHistory; isNarrowed: boolean; onClear: () => void }) {
  const { t } = useTranslation()
  if (history.error) {
    const isMissing = history.error instanceof ApiError && history.error.httpStatus === UNAVAILABLE
    return (
      <Notice title={t(isMissing ? 'signals/noDatabase' : 'signals/failed')} icon="warn">
        <Button onClick={history.retry}>{t('signals/retry')}</Button>
      </Notice>
    )
  }
  if (history.isLoading) return <Notice title={t('signals/loading')} icon="clock" children={null} />
  if (!isNarrowed) return <Notice title={t('signals/empty')} icon="clock">{t('signals/emptyNote')}</Notice>
  return (
    <Notice title={t('signals/noMatch')} icon="search">
      {history.hasMore ? (
        <Button disabled={history.isLoadingMore} onClick={history.loadMore}>
          {t('signals/older')}
        </Button>
      ) : (
        <Button onClick={onClear}>{t('signals/clear')}</Button>
      )}
    </Notice>
  )
}
