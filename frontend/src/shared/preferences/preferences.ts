import i18next from 'i18next'
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Language } from '@/shared/i18n/i18n'

/** What the user chose, kept in the browser. index.html reads the same key and shape before the first paint. */

export type Theme = 'dark' | 'light'
export const PALETTES = ['red-up', 'vn', 'safe'] as const
export type Palette = (typeof PALETTES)[number]
export const DENSITIES = [24, 28, 32] as const
export type Density = (typeof DENSITIES)[number]
export type BoardKind = 'equities' | 'futures'

export const isPalette = (value: unknown): value is Palette => PALETTES.some((palette) => palette === value)

interface Preferences {
  /** null: never chosen, so the default (the system's theme, the server's palette) holds. */
  theme: Theme | null
  palette: Palette | null
  language: Language
  density: Density | null
  /** Ids of the board's columns in their order; null: all of them as they come. Apart for futures. */
  columns: Readonly<Partial<Record<BoardKind, readonly string[] | null>>>
  setTheme: (theme: Theme) => void
  setPalette: (palette: Palette) => void
  setLanguage: (language: Language) => void
  setDensity: (density: Density | null) => void
  setColumns: (kind: BoardKind, columns: readonly string[] | null) => void
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: null,
      palette: null,
      language: 'vi',
      density: null,
      columns: {},
      setTheme: (theme) => set({ theme }),
      setPalette: (palette) => set({ palette }),
      setLanguage: (language) => set({ language }),
      setDensity: (density) => set({ density }),
      setColumns: (kind, columns) => set((current) => ({ columns: { ...current.columns, [kind]: columns } })),
    }),
    { name: 'vnst.preferences', version: 1 },
  ),
)

/** Mirror the choices onto <html>, where the tokens look for them. */
export function followPreferences(): () => void {
  const root = document.documentElement
  const apply = ({ theme, palette, language }: Preferences): void => {
    if (theme) root.dataset.theme = theme
    if (palette) root.dataset.palette = palette
    root.lang = language
    if (i18next.isInitialized && i18next.language !== language) void i18next.changeLanguage(language)
  }
  apply(usePreferences.getState())
  return usePreferences.subscribe(apply)
}
