import { shownState } from '@/shared/replay/shown-state'
import { useTranslation } from 'react-i18next'
import { useMarket } from '@/shared/market-store/market-context'
import { Button } from '@/shared/ui/Button'
import { Notice } from '@/shared/ui/Notice'
import { useLink, useWebSocket } from '@/shared/ws/use-web-socket'
import type { BoardList } from './board-lists'
import { BoardSkeleton } from './BoardSkeleton'

interface BoardVacancyProps {
  /** The list has rows and the filter hides them all. */
  hasRows: boolean
  list: BoardList | undefined
  onClear: () => void
  onManage: () => void
}

/** What the board shows when it has no row to show, and why. */
export function BoardVacancy({ hasRows, list, onClear, onManage }: BoardVacancyProps) {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { data, status, isLive, error } = useWebSocket(socket)
  const { link } = useLink(socket)
  if (hasRows) {
    return (
      <Notice title={t('board/noMatch')} icon="search">
        <Button onClick={onClear}>{t('board/clear')}</Button>
      </Notice>
    )
  }
  if (list?.kind === 'watch') {
    return (
      <Notice title={t('watchlist/empty')} icon="star">
        <p>{t('watchlist/emptyNote')}</p>
        <Button onClick={onManage}>{t('watchlist/manage')}</Button>
      </Notice>
    )
  }
  const isEmpty = data !== null && Object.keys(data.prices).length === 0
  if (link === 'refused') {
    return (
      <Notice title={t('board/failed')} icon="lock">
        {t('banner/refusedEmpty', { code: error?.replace('close_', '') ?? '' })}
      </Notice>
    )
  }
  if (status?.state === 'failed' && (isEmpty || !data)) {
    return (
      <Notice title={t('board/failed')} icon="warn">
        {status.reason ?? t('banner/failedPlain')}
      </Notice>
    )
  }
  if (isEmpty && isLive && status) {
    return (
      <Notice title={t('board/empty')} icon="clock">
        {t('board/emptyNote', { source: t(`source/${status.source}`), state: t(`feed/${shownState(status)}`) })}
      </Notice>
    )
  }
  return <BoardSkeleton label={t('board/loading')} />
}
