import { useTranslation } from 'react-i18next'
import { useMarket } from '@/shared/market-store/market-context'
import { Button } from '@/shared/ui/Button'
import { Notice } from '@/shared/ui/Notice'
import { useLink } from '@/shared/ws/use-web-socket'

interface SignalVacancyProps {
  isNarrowed: boolean
  isKnown: boolean
  hasFailed: boolean
  onClear: () => void
  onRetry: () => void
}

/** Why there is no signal to show. */
export function SignalVacancy({ isNarrowed, isKnown, hasFailed, onClear, onRetry }: SignalVacancyProps) {
  const { t } = useTranslation()
  const { socket } = useMarket()
  const { link, error } = useLink(socket)
  if (isNarrowed)
    return (
      <Notice title={t('signals/noMatch')} icon="search">
        <Button onClick={onClear}>{t('signals/clear')}</Button>
      </Notice>
    )
  if (link === 'refused')
    return (
      <Notice title={t('signals/failed')} icon="lock">
        {t('banner/refusedEmpty', { code: error?.replace('close_', '') ?? '' })}
      </Notice>
    )
  if (isKnown)
    return (
      <Notice title={t('signals/empty')} icon="clock">
        {t('signals/emptyNote')}
      </Notice>
    )
  if (hasFailed)
    return (
      <Notice title={t('signals/failed')} icon="warn">
        <Button onClick={onRetry}>{t('signals/retry')}</Button>
      </Notice>
    )
  return <Notice title={t('signals/loading')} icon="clock" children={null} />
}
