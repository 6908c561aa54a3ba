import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { price, snapshot } from '@/test/market-fixtures'
import type { MarketSnapshot } from '@/shared/api/models'
import { PriceBoard } from './PriceBoard'

const Address = () => <output data-testid="address">{useLocation().search}</output>

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
  vi.stubGlobal('fetch', (request: Request) =>
    Promise.resolve(Response.json(request.url.includes('vn30') ? { symbols: ['AAA', 'BBB', 'CCC'] } : { stocks: [] })),
  )
  // jsdom lays nothing out, and the virtualizer shows what fits a height.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1600)
})

async function show(prices: MarketSnapshot['prices'], search = '') {
  const store = new MarketStore()
  const socket = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()) })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store, socket }}>
        <MemoryRouter initialEntries={[`/${search}`]}>
          <PriceBoard />
          <Address />
        </MemoryRouter>
      </MarketContext>
    </QueryClientProvider>,
  )
  store.offer(snapshot(prices))
  await screen.findByRole('grid')
  return store
}

const rows = () => screen.getAllByRole('row').flatMap((row) => row.dataset.symbol ?? [])
const MARKET = { AAA: price(), BBB: price({ last_price: 10_700, change: 700, change_pct: 7 }), CCC: price({ last_price: 9900, change: -100, change_pct: -1 }) }

describe('PriceBoard', () => {
  it('shows prices in thousand VND with a tag at the limit', async () => {
    await show(MARKET)
    const row = screen.getByRole('row', { name: /BBB/ })
    expect(within(row).getByRole('rowheader')).toHaveTextContent('BBBCE')
    expect(within(row).getByText('+7.00%')).toHaveClass('ceil')
  })

  it('flashes what changed and nothing else', async () => {
    const store = await show(MARKET)
    act(() => store.offer(snapshot({ ...MARKET, AAA: price({ last_price: 10_150, total_volume: 2_000_000 }) })))
    const last = () => document.querySelector('[data-symbol=AAA] [data-col=last]')
    await vi.waitFor(() => expect(last()).toHaveAttribute('data-fl', 'u'))
    expect(document.querySelectorAll('[data-fl]')).toHaveLength(1)
    await vi.waitFor(() => expect(last()).not.toHaveAttribute('data-fl'))
  })

  it('keeps filter and sort in the URL', async () => {
    await show(MARKET)
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: /Tăng/ }))
    expect(rows()).toEqual(['AAA', 'BBB'])
    await user.click(screen.getByRole('columnheader', { name: 'Khớp lệnh %' }))
    expect(rows()).toEqual(['BBB', 'AAA'])
    expect(screen.getByTestId('address')).toHaveTextContent('?band=up&sort=percent&dir=desc')
    await user.click(screen.getByRole('button', { name: /Sàn/ }))
    await user.click(screen.getByRole('button', { name: /Tăng/ }))
    expect(screen.getByText('Không có mã nào khớp bộ lọc')).toBeVisible()
  })

  it('is one tab stop; keys move the active cell, Enter marks, R reads', async () => {
    await show(MARKET)
    const user = userEvent.setup()
    const grid = screen.getByRole('grid')
    act(() => grid.focus())
    await user.keyboard('{ArrowDown}{ArrowRight}')
    expect(document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')).toHaveAttribute('data-col', 'ceiling')
    await user.keyboard('{Enter}')
    expect(screen.getByRole('row', { name: /BBB/ })).toHaveAttribute('aria-selected', 'true')
    await user.keyboard('r')
    expect(screen.getByText(/BBB 10.70, tăng 7.00 phần trăm, giá trần/)).toBeInTheDocument()
    await user.keyboard('{ArrowUp}{ArrowUp}{Home}{Enter}')
    expect(rows()).toEqual(['CCC', 'BBB', 'AAA'])
  })
})
