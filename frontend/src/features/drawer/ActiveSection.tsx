import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useMarket } from '@/shared/market-store/market-context'
import { AggressorSplit } from '@/shared/quote/AggressorSplit'
import { DrawerSection } from './DrawerSection'

/** Auctions have no aggressor, so they are part of the neutral share. */
export function ActiveSection({ symbol }: { symbol: string }) {
  const { t } = useTranslation()
  const { store } = useMarket()
  const stats = useSyncExternalStore(store.subscribeFlush, () => store.getStats()[symbol])
  return (
    <DrawerSection title={t('drawer/active')} note={t('drawer/activeNote')}>
      <AggressorSplit stats={stats} />
    </DrawerSection>
  )
}
