import { DERIVATIVES } from '@/shared/market-store/contract-prices'
import type { SymbolState } from '@/shared/market-store/market-store'
import type { Sectors } from '@/shared/api/use-sectors'
import type { Watchlist } from '@/shared/watchlists/watchlists'

/** The lists the board can show: only those that have data, and the user's own. */
export interface BoardList {
  id: string
  /** Lists of a kind share a tab and are chosen below it. */
  kind: 'basket' | 'exchange' | 'futures' | 'sector' | 'watch'
  /** What the user or the server calls it; fixed lists have words of their own. */
  name?: string
  symbols: readonly string[]
  /** Of the user's symbols, those that this server knows nothing of. */
  untracked?: readonly string[]
}

export const VN30_LIST = 'VN30'
export const FUTURES_LIST = 'futures'
/** A list that came with a link. */
export const SHARED_LIST = 'shared'
const EXCHANGES = ['HOSE', 'HNX', 'UPCOM'] as const

export const sectorListId = (name: string): string => `sector:${name}`
export const watchListId = (id: string): string => `watch:${id}`

export interface OwnLists {
  sectors: Sectors['listed']
  watchlists: readonly Watchlist[]
  shared: Pick<Watchlist, 'name' | 'symbols'> | null
}

export function boardLists(states: readonly SymbolState[], vn30: readonly string[], own: OwnLists): readonly BoardList[] {
  if (!states.length) return []
  const basket = new Set(vn30)
  const lists: BoardList[] = []
  const add = (id: string, kind: BoardList['kind'], belongs: (state: SymbolState) => boolean, name?: string): void => {
    const symbols = states.filter(belongs).map((state) => state.symbol)
    if (symbols.length) lists.push({ id, kind, symbols, ...(name && { name }) })
  }
  add(VN30_LIST, 'basket', (state) => basket.has(state.symbol))
  for (const exchange of EXCHANGES) {
    // With only the basket tracked, a tab HOSE would show the same thirty rows under a false name.
    const hasMore = states.some((state) => state.price.exchange === exchange && !basket.has(state.symbol))
    if (hasMore) add(exchange, 'exchange', (state) => state.price.exchange === exchange)
  }
  add(FUTURES_LIST, 'futures', (state) => state.price.exchange === DERIVATIVES)
  for (const [name, symbols] of Object.entries(own.sectors)) {
    const names = new Set(symbols)
    add(sectorListId(name), 'sector', (state) => names.has(state.symbol), name)
  }
  const byName = new Map(states.flatMap((state) => [[state.symbol, state.symbol], ...(state.contract?.alias ? [[state.contract.alias, state.symbol]] : [])] as [string, string][]))
  const addOwn = (id: string, { name, symbols }: Pick<Watchlist, 'name' | 'symbols'>): void => {
    lists.push({
      id,
      kind: 'watch',
      name,
      symbols: [...new Set(symbols.flatMap((symbol) => byName.get(symbol) ?? []))],
      untracked: symbols.filter((symbol) => !byName.has(symbol)),
    })
  }
  for (const list of own.watchlists) addOwn(watchListId(list.id), list)
  if (own.shared) addOwn(SHARED_LIST, own.shared)
  return lists
}

export interface ListTab {
  kind: BoardList['kind']
  lists: readonly BoardList[]
}

/** One tab for each fixed list, one for all sectors, one for all of the user's lists (there always is one). */
export function listTabs(lists: readonly BoardList[]): readonly ListTab[] {
  const fixed = lists.filter(({ kind }) => kind !== 'sector' && kind !== 'watch')
  const of = (kind: BoardList['kind']): readonly BoardList[] => lists.filter((list) => list.kind === kind)
  return [
    ...fixed.map((list) => ({ kind: list.kind, lists: [list] })),
    ...(of('sector').length ? [{ kind: 'sector' as const, lists: of('sector') }] : []),
    { kind: 'watch' as const, lists: of('watch') },
  ]
}
