import { useTranslation } from 'react-i18next'
import type { PriceData } from '@/shared/api/models'
import { formatNumber, type PriceUnit } from '@/shared/format/board-number'
import { bookOf } from '@/shared/quote/book'
import { DepthLadder } from '@/shared/quote/DepthLadder'
import { DrawerSection } from './DrawerSection'

export function DepthSection({ price, unit }: { price: PriceData; unit: PriceUnit }) {
  const { t } = useTranslation()
  const { bidVolume, askVolume } = bookOf(price)
  return (
    <DrawerSection title={t('drawer/depth')} note={t('drawer/rest', { bids: formatNumber(bidVolume), asks: formatNumber(askVolume) })}>
      <DepthLadder price={price} unit={unit} />
    </DrawerSection>
  )
}
