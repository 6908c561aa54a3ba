import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { FuturesCard } from './FuturesCard'
import { IndexCard } from './IndexCard'
import styles from './index-strip.module.css'

/** The market in one line; `children` is its last cell (session and feed). */
export function IndexStrip({ isDrained, children }: { isDrained: boolean; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <section className={styles.strip} aria-label={t('indices/label')}>
      <div className={`${styles.cards} ${isDrained ? 'drained' : ''}`} tabIndex={0} role="group" aria-label={t('indices/label')}>
        <IndexCard indexId="VNINDEX" name="VN-INDEX" />
        <IndexCard indexId="VN30" name="VN30" />
        <IndexCard indexId="HNX" name="HNX-INDEX" />
        <IndexCard indexId="UPCOM" name="UPCOM" isSecondary />
        <FuturesCard />
      </div>
      {children}
    </section>
  )
}
