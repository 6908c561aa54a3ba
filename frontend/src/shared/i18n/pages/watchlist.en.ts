import type { Words } from '../words'
import type { watchlist as vi } from './watchlist.vi'

export const watchlist: Words<typeof vi> = {
  title: 'Watchlists',
}
