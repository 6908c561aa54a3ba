import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { parseSymbols, shareAddress, useWatchlists, type Watchlist } from '@/shared/watchlists/watchlists'
import { Button } from '@/shared/ui/Button'
import { IconButton } from '@/shared/ui/IconButton'
import styles from './watchlist.module.css'

/** One list: its name and symbols are text that can be changed; what is no symbol is left out when the field is left. */
export function WatchlistEntry({ list, onShow }: { list: Watchlist; onShow: (id: string) => void }) {
  const { t } = useTranslation()
  const { rename, remove, setSymbols } = useWatchlists()
  const [typed, setTyped] = useState<string | null>(null)
  const [isSure, setIsSure] = useState(false)
  const [shared, setShared] = useState('')
  const address = shareAddress(window.location.origin, list)
  const onShare = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(address)
      setShared(t('watchlist/copied'))
    } catch {
      setShared(address) // no clipboard (plain http): to be copied by hand
    }
  }
  const onLeave = (): void => {
    if (typed !== null) setSymbols(list.id, parseSymbols(typed))
    setTyped(null)
  }
  return (
    <section className={styles.entry} aria-label={list.name}>
      <div className={styles.entryHead}>
        <input className={styles.field} defaultValue={list.name} maxLength={40} aria-label={t('watchlist/name')} onBlur={(event) => rename(list.id, event.target.value)} />
        <Button onClick={() => onShow(list.id)}>{t('watchlist/show')}</Button>
        <IconButton icon="share" label={t('watchlist/share', { name: list.name })} disabled={!list.symbols.length} onClick={() => void onShare()} />
        <IconButton icon="remove" label={t('watchlist/remove', { name: list.name })} onClick={() => setIsSure(true)} />
      </div>
      <textarea
        className={styles.field}
        rows={2}
        aria-label={t('watchlist/symbolsOf', { name: list.name })}
        placeholder={t('watchlist/symbolsHint')}
        value={typed ?? list.symbols.join(' ')}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={onLeave}
      />
      {isSure ? (
        <p className={styles.sure}>
          {t('watchlist/sure', { name: list.name })}
          <Button isSmall onClick={() => remove(list.id)}>
            {t('watchlist/yes')}
          </Button>
          <Button isSmall onClick={() => setIsSure(false)}>
            {t('watchlist/no')}
          </Button>
        </p>
      ) : null}
      <p role="status" className={styles.shared}>
        {shared}
      </p>
    </section>
  )
}
