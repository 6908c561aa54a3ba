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
  { path: '/foreign', name: 'foreign', Component: lazyPage(() => import('@/features/foreign-flow/ForeignFlow'), 'ForeignFlow') },
  { path: '/volume', name: 'volume', Component: lazyPage(() => import('@/features/volume-analysis/VolumeAnalysis'), 'VolumeAnalysis') },
  { path: '/derivatives', name: 'derivatives', Component: lazyPage(() => import('@/features/derivatives/Derivatives'), 'Derivatives') },
  { path: '/signals', name: 'signals', Component: lazyPage(() => import('@/features/signals/Signals'), 'Signals') },
  { path: '/chart', name: 'chart', Component: lazyPage(() => import('./ChartPage'), 'ChartPage') },
  { path: '/system', name: 'system', Component: lazyPage(() => import('@/features/system/System'), 'System') },
]

/** A page that arrives with its own chunk. A declaration, so that the list above may use it. */
export function lazyPage<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) {
  return lazy(async () => ({ default: (await load())[name] }))
}
