import { useTranslation } from 'react-i18next'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { Dialog } from '@/shared/ui/Dialog'
import styles from './watchlist.module.css'

/** Which of the lists have a symbol. */
export function WatchChoice({ symbol, onClose }: { symbol: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { lists, toggle } = useWatchlists()
  return (
    <Dialog title={t('watchlist/choose', { symbol })} closeLabel={t('watchlist/close')} onClose={onClose}>
      {lists.map((list) => (
        <label key={list.id} className={styles.choice}>
          <input type="checkbox" checked={list.symbols.includes(symbol)} onChange={() => toggle(list.id, symbol)} />
          {list.name}
          <small>{list.symbols.length}</small>
        </label>
      ))}
    </Dialog>
  )
}
