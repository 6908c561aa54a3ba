import { useSyncExternalStore } from 'react'
import { isPalette, type Palette, type Theme } from './preferences'

/** Theme and palette as they are on <html> now: what is shown, chosen or default. */
function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-palette'] })
  return () => observer.disconnect()
}

const shownTheme = (): Theme => (document.documentElement.dataset.theme === 'light' ? 'light' : 'dark')

function shownPalette(): Palette {
  const palette = document.documentElement.dataset.palette
  return isPalette(palette) ? palette : 'red-up'
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, shownTheme)
export const usePalette = (): Palette => useSyncExternalStore(subscribe, shownPalette)
