import { shownState } from '@/shared/replay/shown-state'
import { useTranslation } from 'react-i18next'
import { useMarket } from '@/shared/market-store/market-context'
import { useWebSocket } from '@/shared/ws/use-web-socket'
import { useLink } from '@/shared/ws/use-web-socket'
import { Notice } from './Notice'

/** What a page shows while it has nothing to show, and why: `error` is that of its own request. */
export function DataVacancy({ error, empty }: { error: Error | null; empty: string }) {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { data, status, isLive, error: linkError } = useWebSocket(socket)
  const { link } = useLink(socket)
  if (link === 'refused') {
    return (
      <Notice title={t('board/failed')} icon="lock">
        {t('banner/refusedEmpty', { code: linkError?.replace('close_', '') ?? '' })}
      </Notice>
    )
  }
  if (link === 'waiting' && data === null) {
    return (
      <Notice title={t('board/failed')} icon="off">
        {t('banner/lostEmpty')}
      </Notice>
    )
  }
  if (status?.state === 'failed') {
    return (
      <Notice title={t('board/failed')} icon="warn">
        {status.reason ?? t('banner/failedPlain')}
      </Notice>
    )
  }
  if (error) {
    return (
      <Notice title={t('board/failed')} icon="warn">
        {error.message}
      </Notice>
    )
  }
  return (
    <Notice title={empty} icon="clock">
      {isLive && status ? t('board/emptyNote', { source: t(`source/${status.source}`), state: t(`feed/${shownState(status)}`) }) : t('board/loading')}
    </Notice>
  )
}
