import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { LISTS_MAX, useWatchlists } from '@/shared/watchlists/watchlists'
import { Button } from '@/shared/ui/Button'
import { Dialog } from '@/shared/ui/Dialog'
import { WatchlistEntry } from './WatchlistEntry'
import styles from './watchlist.module.css'

interface WatchlistsDialogProps {
  onShow: (id: string) => void
  onClose: () => void
}

/** Make, name, fill, share and delete lists. */
export function WatchlistsDialog({ onShow, onClose }: WatchlistsDialogProps) {
  const { t } = useTranslation()
  const { lists, add } = useWatchlists()
  const [name, setName] = useState('')
  const isFull = lists.length >= LISTS_MAX
  const onAdd = (event: FormEvent): void => {
    event.preventDefault()
    const id = add(name)
    if (!id) return
    setName('')
    onShow(id)
  }
  return (
    <Dialog title={t('watchlist/title')} closeLabel={t('watchlist/close')} onClose={onClose}>
      {lists.map((list) => (
        <WatchlistEntry key={list.id} list={list} onShow={onShow} />
      ))}
      {lists.length ? null : <p className={styles.empty}>{t('watchlist/none')}</p>}
      <form className={styles.add} onSubmit={onAdd}>
        <input className={styles.field} value={name} maxLength={40} aria-label={t('watchlist/newName')} placeholder={t('watchlist/newName')} disabled={isFull} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" isPrimary disabled={isFull || !name.trim()}>
          {t('watchlist/add')}
        </Button>
      </form>
      {isFull ? <p className={styles.empty}>{t('watchlist/full', { max: LISTS_MAX })}</p> : null}
    </Dialog>
  )
}
