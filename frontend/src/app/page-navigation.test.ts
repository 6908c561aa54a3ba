import { describe, expect, it, vi } from 'vitest'
import { pageAt, pageShortcuts, phoneBarPages, phoneMenuPages, symbolAddress } from './page-navigation'
import type { Page } from './pages'

const page = (path: string, name: Page['name']): Page => ({ path, name, Component: () => null })
const PAGES = [page('/', 'board'), page('/signals', 'signals'), page('/chart', 'chart'), page('/system', 'system')]

describe('the pages of the navigation', () => {
  it('are shared between the bottom bar of the phone and its menu', () => {
    expect(phoneBarPages(PAGES).map(({ name }) => name)).toEqual(['board', 'signals'])
    expect(phoneMenuPages(PAGES).map(({ name }) => name)).toEqual(['chart', 'system'])
  })

  it('are reached by their number', () => {
    const go = vi.fn()
    pageShortcuts(go, PAGES)['3']?.()
    expect(go).toHaveBeenCalledWith('/chart')
    expect(pageShortcuts(go, PAGES)['5']).toBeUndefined()
  })

  it('are found by their path', () => {
    expect(pageAt('/signals', PAGES)?.name).toBe('signals')
    expect(pageAt('/nowhere', PAGES)).toBeUndefined()
  })
})

describe('a symbol that was searched for', () => {
  const board = { pathname: '/', search: '?list=HOSE&symbol=FPT' }
  it('opens beside the board, which keeps its view', () => {
    expect(symbolAddress('VCB', false, board, PAGES)).toEqual({ pathname: '/', search: '?list=HOSE&symbol=VCB' })
    expect(symbolAddress('VCB', false, { pathname: '/signals', search: '?type=X' }, PAGES)).toEqual({ pathname: '/', search: '?symbol=VCB' })
  })

  it('opens its chart when asked to, or when the chart is shown', () => {
    expect(symbolAddress('VCB', true, board, PAGES)).toEqual({ pathname: '/chart', search: '?symbol=VCB' })
    expect(symbolAddress('VCB', false, { pathname: '/chart', search: '?interval=5m' }, PAGES)).toEqual({ pathname: '/chart', search: '?interval=5m&symbol=VCB' })
    expect(symbolAddress('VCB', true, board, PAGES.slice(0, 1)).pathname).toBe('/')
  })
})
