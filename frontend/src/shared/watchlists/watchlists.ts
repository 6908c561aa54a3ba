import { create } from 'zustand'
import { persist } from 'zustand/middleware'

/** The user's own lists of symbols, kept in the browser; a link carries one to somebody else. */

export interface Watchlist {
  readonly id: string
  readonly name: string
  readonly symbols: readonly string[]
}

/** A link, a screen and the browser's store all have an end. */
export const SYMBOLS_MAX = 200
export const LISTS_MAX = 20
const NAME_MAX = 40

interface Watchlists {
  lists: readonly Watchlist[]
  /** The new list's id; null when there are LISTS_MAX already. */
  add: (name: string, symbols?: readonly string[]) => string | null
  rename: (id: string, name: string) => void
  remove: (id: string) => void
  setSymbols: (id: string, symbols: readonly string[]) => void
  toggle: (id: string, symbol: string) => void
}

/** Symbols as they may be typed or come in a link: `vcb, FPT;hpg`. What cannot be a symbol is left out. */
export function parseSymbols(text: string): readonly string[] {
  const symbols = text.toUpperCase().split(/[^A-Z0-9]+/).filter((symbol) => /^[A-Z0-9]{3,12}$/.test(symbol))
  return [...new Set(symbols)].slice(0, SYMBOLS_MAX)
}

const cleanName = (name: string): string => name.trim().slice(0, NAME_MAX)

/** Short, and not one that was given away before: links of the browser's history would show another list. */
function freeId(lists: readonly Watchlist[]): string {
  const used = new Set(lists.map((list) => list.id))
  let id = Date.now().toString(36)
  while (used.has(id)) id += 'x'
  return id
}

export const useWatchlists = create<Watchlists>()(
  persist(
    (set, get) => {
      const change = (id: string, edit: (list: Watchlist) => Watchlist): void => {
        set(({ lists }) => ({ lists: lists.map((list) => (list.id === id ? edit(list) : list)) }))
      }
      return {
        lists: [],
        add: (name, symbols = []) => {
          const { lists } = get()
          if (lists.length >= LISTS_MAX || !cleanName(name)) return null
          const id = freeId(lists)
          set({ lists: [...lists, { id, name: cleanName(name), symbols: symbols.slice(0, SYMBOLS_MAX) }] })
          return id
        },
        rename: (id, name) => {
          if (cleanName(name)) change(id, (list) => ({ ...list, name: cleanName(name) }))
        },
        remove: (id) => set(({ lists }) => ({ lists: lists.filter((list) => list.id !== id) })),
        setSymbols: (id, symbols) => change(id, (list) => ({ ...list, symbols: symbols.slice(0, SYMBOLS_MAX) })),
        toggle: (id, symbol) =>
          change(id, (list) => ({
            ...list,
            symbols: list.symbols.includes(symbol) ? list.symbols.filter((other) => other !== symbol) : [...list.symbols, symbol].slice(0, SYMBOLS_MAX),
          })),
      }
    },
    { name: 'vnst.watchlists', version: 1 },
  ),
)

/** The address that shows a list to anybody, whatever lists they have. */
export function shareAddress(origin: string, { name, symbols }: Pick<Watchlist, 'name' | 'symbols'>): string {
  const params = new URLSearchParams({ watch: symbols.join(','), name })
  return `${origin}/?${params.toString().replaceAll('%2C', ',')}`
}
