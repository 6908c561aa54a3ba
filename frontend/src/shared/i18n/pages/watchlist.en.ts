import type { Words } from '../words'
import type { watchlist as vi } from './watchlist.vi'

export const watchlist: Words<typeof vi> = {
  title: 'Watchlists', tab: 'Watchlist', firstName: 'Watchlist', manage: 'Edit lists', close: 'Close', list: 'List',
  watch: 'Watch {{symbol}}', watched: 'Stop watching {{symbol}}', choose: 'Lists with {{symbol}}',
  newName: 'Name of a new list', add: 'Add', none: 'No list yet. Name the first one, or press the star in the details of a symbol.', full: 'At most {{max}} lists.',
  name: 'Name of the list', show: 'Show', share: 'Copy the link of {{name}}', remove: 'Delete {{name}}', sure: 'Delete {{name}}?', yes: 'Delete', no: 'Keep', copied: 'Link copied.',
  symbolsOf: 'Symbols of {{name}}', symbolsHint: 'VCB FPT HPG…', shared: 'Shared', save: 'Save this list',
  empty: 'The list has no symbol yet', emptyNote: 'Add symbols under “Edit lists”, or press the star in the details of a symbol.',
  untracked: 'Not tracked by this server: {{symbols}}',
}
