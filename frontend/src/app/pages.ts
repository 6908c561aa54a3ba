import { lazy, type ComponentType } from 'react'
import { PriceBoard } from '@/features/board/PriceBoard'

/** A page that arrives with its own chunk. */
export const lazyPage = <K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) => lazy(async () => ({ default: (await load())[name] }))

/** The pages that exist, in the order of the navigation and of the keys 1 to 9. All but the board are loaded when asked for. */
export const PAGES = [
  { path: '/', name: 'board', Component: PriceBoard },
  { path: '/derivatives', name: 'derivatives', Component: lazyPage(() => import('@/features/derivatives/Derivatives'), 'Derivatives') },
  { path: '/chart', name: 'chart', Component: lazyPage(() => import('@/features/chart/Chart'), 'Chart') },
] as const satisfies readonly { path: string; name: string; Component: ComponentType }[]
