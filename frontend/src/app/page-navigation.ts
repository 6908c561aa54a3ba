import { PAGES, type Page, type PageName } from './pages'

/** The phone's bottom bar has room for five; the others are in its menu. */
const PHONE_BAR: ReadonlySet<PageName> = new Set(['board', 'foreign', 'volume', 'derivatives', 'signals'])

export const phoneBarPages = (pages: readonly Page[] = PAGES): readonly Page[] => pages.filter(({ name }) => PHONE_BAR.has(name))
export const phoneMenuPages = (pages: readonly Page[] = PAGES): readonly Page[] => pages.filter(({ name }) => !PHONE_BAR.has(name))

export const pageAt = (path: string, pages: readonly Page[] = PAGES): Page | undefined => pages.find((page) => page.path === path)

/** `1` is the first page. */
export const pageShortcuts = (go: (path: string) => void, pages: readonly Page[] = PAGES): Record<string, () => void> =>
  Object.fromEntries(pages.map(({ path }, i) => [String(i + 1), () => go(path)]))

const CHART = '/chart'

/** Where a symbol that was searched for is shown: on the chart's page the chart stays, elsewhere its details open beside the board. */
export function symbolAddress(symbol: string, isChart: boolean, at: { pathname: string; search: string }, pages: readonly Page[] = PAGES): { pathname: string; search: string } {
  const hasChart = pageAt(CHART, pages) !== undefined
  const pathname = hasChart && (isChart || at.pathname === CHART) ? CHART : '/'
  const params = new URLSearchParams(at.pathname === pathname ? at.search : '') // the view that is shown stays as it is
  params.set('symbol', symbol)
  return { pathname, search: `?${params.toString()}` }
}
