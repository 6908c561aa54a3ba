import { lazy, type ComponentType } from 'react'
import { BoardPage } from './BoardPage'

export type PageName = 'board' | 'foreign' | 'volume' | 'derivatives' | 'signals' | 'chart' | 'system'

export interface Page {
  path: string
  name: PageName
  Component: ComponentType
}

/** The pages that exist, in the order of the navigation and of the keys 1 to 9. All but the board are loaded when asked for. */
export const PAGES: readonly Page[] = [
  { path: '/', name: 'board', Component: BoardPage },
]

/** A page that arrives with its own chunk. */
export const lazyPage = <K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) =>
  lazy(async () => ({ default: (await load())[name] }))
