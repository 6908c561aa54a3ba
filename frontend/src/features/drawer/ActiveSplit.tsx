import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { formatNumber } from '@/shared/format/board-number'
import { useMarket } from '@/shared/market-store/market-context'
import { DrawerSection } from './DrawerSection'
import styles from './drawer.module.css'

/** Who crossed the spread today. Auctions have no aggressor, so they are part of the neutral share. */
export function ActiveSplit({ symbol }: { symbol: string }) {
  const { t } = useTranslation()
  const { store, socket } = useMarket()
  const stats = useSyncExternalStore(store.subscribeFlush, () => socket.getData()?.quotes?.[symbol])
  const buy = stats?.mua_chu_dong_volume ?? 0
  const sell = stats?.ban_chu_dong_volume ?? 0
  const neutral = stats?.neutral_volume ?? 0
  const total = buy + sell + neutral
  const share = (volume: number): string => `${formatNumber((volume / total) * 100, 1)}%`
  return (
    <DrawerSection title={t('drawer/active')} note={t('drawer/activeNote')}>
      {total ? (
        <>
          <div className={styles.split} aria-hidden="true">
            <i className={styles.buyBar} style={{ flex: buy }} />
            <i className={styles.neutralBar} style={{ flex: neutral }} />
            <i className={styles.sellBar} style={{ flex: sell }} />
          </div>
          <p className={styles.shares}>
            <span>
              <b className={styles.buy}>{share(buy)}</b> {t('drawer/buy')} {formatNumber(buy)}
            </span>
            <span className={styles.dim} title={t('drawer/neutral')}>
              <span className="sr-only">{t('drawer/neutral')} </span>
              {share(neutral)}
            </span>
            <span>
              {t('drawer/sell')} {formatNumber(sell)} <b className={styles.sell}>{share(sell)}</b>
            </span>
          </p>
        </>
      ) : (
        <p className={styles.none}>{t('drawer/noPrints')}</p>
      )}
    </DrawerSection>
  )
}
