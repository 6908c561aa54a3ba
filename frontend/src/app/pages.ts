import { lazy, type ComponentType } from 'react'
import { PriceBoard } from '@/features/board/PriceBoard'

/** The pages that exist, in the order of the navigation and of the keys 1 to 9. All but the board are loaded when asked for. */
export const PAGES = [
  { path: '/', name: 'board', Component: PriceBoard },
  { path: '/signals', name: 'signals', Component: lazyPage(() => import('@/features/signals/Signals'), 'Signals') },
] as const satisfies readonly { path: string; name: string; Component: ComponentType }[]

/** A page that arrives with its own chunk. A declaration, so that the list above may use it. */
export function lazyPage<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) {
  return lazy(async () => ({ default: (await load())[name] }))
}
