import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { IconButton } from '@/shared/ui/IconButton'
import { WatchChoice } from './WatchChoice'
import styles from './watchlist.module.css'

/** The star of a symbol: one list takes it at a touch, of several one chooses. */
export function WatchButton({ symbol }: { symbol: string }) {
  const { t } = useTranslation()
  const [isChoosing, setIsChoosing] = useState(false)
  const { lists, add, toggle } = useWatchlists()
  const isWatched = lists.some((list) => list.symbols.includes(symbol))
  const onPress = (): void => {
    const [only] = lists
    if (lists.length > 1) setIsChoosing(true)
    else if (only) toggle(only.id, symbol)
    else add(t('watchlist/firstName'), [symbol])
  }
  return (
    <>
      <IconButton
        icon="star"
        label={t(isWatched ? 'watchlist/watched' : 'watchlist/watch', { symbol })}
        aria-pressed={isWatched}
        className={isWatched ? (styles.watched ?? '') : ''}
        onClick={onPress}
      />
      {isChoosing ? <WatchChoice symbol={symbol} onClose={() => setIsChoosing(false)} /> : null}
    </>
  )
}
