import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { AlertContext } from '@/shared/alerts/alert-context'
import { AlertStore } from '@/shared/alerts/alert-store'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { usePreferences } from '@/shared/preferences/preferences'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { alertAt } from '@/test/alert-fixtures'
import { index, price, snapshot } from '@/test/market-fixtures'
import type { MarketSnapshot } from '@/shared/api/models'
import { PriceBoard } from './PriceBoard'

const Address = () => <output data-testid="address">{useLocation().search}</output>

beforeEach(() => {
  useWatchlists.setState({ lists: [] })
  usePreferences.setState({ columns: {} })
  HTMLDialogElement.prototype.showModal = function () { this.open = true } // jsdom has no modal dialogs
  HTMLDialogElement.prototype.close = function () { this.open = false }
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
  vi.stubGlobal('fetch', (request: Request) =>
    Promise.resolve(Response.json(request.url.includes('/alerts') ? [] : request.url.includes('vn30') ? { symbols: ['AAA', 'BBB', 'CCC'] } : { stocks: [], sectors: { Banks: ['AAA', 'CCC'] }, data: [] })),
  )
  // jsdom lays nothing out, and the virtualizer shows what fits a height.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1600)
})

const grid = () => screen.findByRole('grid')

interface Around {
  alerts?: AlertStore
  more?: Partial<MarketSnapshot>
}

async function show(prices: MarketSnapshot['prices'], search = '', isThere: () => Promise<unknown> = grid, { alerts = new AlertStore(), more = {} }: Around = {}) {
  const store = new MarketStore()
  const socket = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()) })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store, socket }}>
        <AlertContext value={alerts}>
          <MemoryRouter initialEntries={[`/${search}`]}>
            <PriceBoard />
            <Address />
          </MemoryRouter>
        </AlertContext>
      </MarketContext>
    </QueryClientProvider>,
  )
  store.offer(snapshot(prices, more))
  await isThere()
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

  it('keeps the rows whose volume has just spiked', async () => {
    const alerts = new AlertStore()
    alerts.offerList([alertAt('14:20:00', { symbol: 'CCC' })])
    await show(MARKET, '', grid, { alerts, more: { indices: { VN30: index() } } })
    const user = userEvent.setup()
    const chip = await screen.findByRole('button', { name: 'Đột biến KL 1' })
    await user.click(chip)
    expect(rows()).toEqual(['CCC'])
    expect(screen.getByTestId('address')).toHaveTextContent('?spikes=1')
    await user.click(screen.getByRole('button', { name: /Tăng/ }))
    await user.click(screen.getByRole('button', { name: 'Bỏ lọc' }))
    expect(rows()).toEqual(['AAA', 'BBB', 'CCC'])
  })

  it('in an auction shows what would be matched and which side is short, and says so', async () => {
    const auction = { phase: 'ato', last_price: null, change: null, change_pct: null, last_volume: null } as const
    await show({ AAA: price({ ...auction, est_match_price: 10_200 }), BBB: price({ ...auction, asks: [[10_050, 5000]] }) })
    const row = screen.getByRole('row', { name: /AAA/ })
    expect([...row.querySelectorAll('[data-col=last], [data-col=lastVolume], [data-col=change], [data-col=percent]')].map((cell) => cell.textContent)).toEqual(['10.20', '+200', '+0.20', '+2.00%'])
    expect(row).toHaveAttribute('data-indicative')
    expect(screen.getByRole('row', { name: /BBB/ }).querySelector('[data-col=lastVolume]')).toHaveClass('sell')
    expect(screen.getByRole('columnheader', { name: 'Dự khớp Dư M−B' })).toBeVisible()
    act(() => screen.getByRole('grid').focus())
    await userEvent.setup().keyboard('r')
    expect(screen.getByText(/AAA dự kiến khớp 10.20, tăng 2.00 phần trăm/)).toBeInTheDocument()
  })

  it('saves what is shown as a file', async () => {
    const files: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => (files.push(blob as Blob), 'blob:test'))
    vi.spyOn(URL, 'revokeObjectURL').mockReturnValue()
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue()
    await show(MARKET, '?cols=symbol,percent,last&band=up&sort=percent&dir=desc')
    await userEvent.setup().click(screen.getByRole('button', { name: 'Lưu bảng đang xem (CSV)' }))
    expect(await files[0]?.text()).toBe('symbol,change_pct,last_price\r\nBBB,7,10700\r\nAAA,1,10100\r\n')
    expect((click.mock.contexts[0] as HTMLAnchorElement).download).toBe('board-VN30-2026-11-20.csv')
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

  it('shows a sector, chosen in a field beside its tab', async () => {
    await show(MARKET)
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Ngành' }))
    expect(rows()).toEqual(['AAA', 'CCC'])
    expect(screen.getByRole('combobox', { name: 'Ngành' })).toHaveDisplayValue('Ngân hàng · 2')
    expect(screen.getByTestId('address')).toHaveTextContent('?list=sector%3ABanks')
  })

  it('shows a list that came with a link, names what is not tracked, and keeps it when asked', async () => {
    await show(MARKET, '?watch=CCC,ZZZ&name=Mine')
    expect(rows()).toEqual(['CCC'])
    expect(screen.getByText('Không theo dõi ở máy chủ này: ZZZ')).toBeVisible()
    await userEvent.setup().click(screen.getByRole('button', { name: 'Lưu danh mục này' }))
    const [list] = useWatchlists.getState().lists
    expect(list).toMatchObject({ name: 'Mine', symbols: ['CCC', 'ZZZ'] })
    expect(screen.getByTestId('address')).toHaveTextContent(`?list=watch%3A${list?.id ?? ''}`)
  })

  it('says that an own list has no symbol', async () => {
    const id = useWatchlists.getState().add('Empty') ?? ''
    await show(MARKET, `?list=watch:${id}`, () => screen.findByText('Danh mục chưa có mã nào'))
    expect(screen.queryByRole('grid')).toBeNull()
  })

  it('moves columns by the keyboard, again and again', async () => {
    await show(MARKET, '?cols=symbol,ref,last,percent')
    const heads = () => screen.getAllByRole('columnheader').map((head) => head.dataset.col)
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: 'Chọn cột' }))
    act(() => screen.getByRole('button', { name: 'Đưa Tham chiếu TC ra sau' }).focus())
    await user.keyboard('{Enter}')
    expect(heads()).toEqual(['symbol', 'last', 'ref', 'percent'])
    expect(screen.getByText('Tham chiếu TC: cột thứ 2 trên 3')).toBeInTheDocument()
    await user.keyboard('{Enter}')
    expect(heads()).toEqual(['symbol', 'last', 'percent', 'ref'])
    expect(screen.getByRole('button', { name: 'Đưa Tham chiếu TC lên trước' })).toHaveFocus() // it can go no further
    await user.keyboard('{Enter}')
    expect(heads()).toEqual(['symbol', 'last', 'ref', 'percent'])
  })

  it('shows the columns that were chosen, keeps them in the URL and remembers them', async () => {
    await show(MARKET, '?cols=symbol,percent,last')
    const heads = () => screen.getAllByRole('columnheader').map((head) => head.dataset.col)
    expect(heads()).toEqual(['symbol', 'percent', 'last'])
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: 'Chọn cột' }))
    await user.click(screen.getByRole('button', { name: 'Đưa Khớp lệnh Giá lên trước' }))
    await user.click(screen.getByRole('checkbox', { name: 'Tham chiếu Trần' }))
    expect(heads()).toEqual(['symbol', 'last', 'percent', 'ceiling'])
    expect(usePreferences.getState().columns.equities).toEqual(['symbol', 'last', 'percent', 'ceiling'])
    expect(screen.getByTestId('address')).toHaveTextContent('?cols=symbol%2Clast%2Cpercent%2Cceiling')
    await user.click(screen.getByRole('button', { name: 'Về mặc định' }))
    expect(heads()).toHaveLength(27)
    expect(screen.getByTestId('address')).toBeEmptyDOMElement()
  })
})
