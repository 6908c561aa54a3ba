import { useTranslation } from 'react-i18next'
import type { ForeignInvestorData } from '@/shared/api/models'
import { formatNumber, formatSigned } from '@/shared/format/board-number'
import { DrawerSection } from './DrawerSection'
import styles from './drawer.module.css'

const VND_PER_BILLION = 1e9
const toneOf = (value: number): string => (value > 0 ? (styles.buy ?? '') : value < 0 ? (styles.sell ?? '') : '')

export function ForeignSummary({ foreign, isFuture }: { foreign: ForeignInvestorData | null; isFuture: boolean }) {
  const { t } = useTranslation()
  const { current_room: room, total_room: total } = foreign ?? {}
  const note = room != null && total ? t('drawer/room', { share: formatNumber((room / total) * 100, 1) }) : ''
  const net = foreign?.net_value ?? 0
  const speed = (foreign?.buy_speed_per_min ?? 0) - (foreign?.sell_speed_per_min ?? 0)
  return (
    <DrawerSection title={t('drawer/foreign')} note={note}>
      {foreign ? (
        <dl className={styles.quads}>
          <dt>{t('drawer/foreignBuy')}</dt>
          <dd>{formatNumber(foreign.buy_volume ?? 0)}</dd>
          <dt>{t('drawer/net')}</dt>
          <dd className={toneOf(net)}>
            <b>{formatSigned(net / VND_PER_BILLION, 1)}</b> {t('indices/billion')}
          </dd>
          <dt>{t('drawer/foreignSell')}</dt>
          <dd>{formatNumber(foreign.sell_volume ?? 0)}</dd>
          <dt>{t('drawer/speed')}</dt>
          <dd className={toneOf(speed)}>
            {formatSigned(speed, 0)} {t('drawer/perMinute')}
          </dd>
        </dl>
      ) : (
        <p className={styles.none}>{t(isFuture ? 'drawer/notFromSource' : 'drawer/noForeign')}</p>
      )}
    </DrawerSection>
  )
}
