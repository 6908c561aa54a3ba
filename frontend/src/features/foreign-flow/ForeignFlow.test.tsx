import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { price, snapshot } from '@/test/market-fixtures'
import { ForeignFlow } from './ForeignFlow'
import { OLD_MS } from './use-foreign-flow'

const Address = () => <output data-testid="address">{useLocation().search}</output>
const stock = (symbol: string, net: number) => ({
  symbol, buy_volume: 1000, sell_volume: 2000, net_volume: -1000, buy_value: 3e9 + net, sell_value: 3e9, net_value: net, total_room: 100, current_room: 0,
  buy_speed_per_min: 500, sell_speed_per_min: 0, buy_acceleration: 20, sell_acceleration: 0, last_updated: '2026-11-20T09:20:00+07:00', values_estimated: false,
})
const ANSWERS: Record<string, () => Response> = {
  '/api/market/foreign-detail': () =>
    Response.json({ summary: { scope: 'VN30', total_buy_value: 9e9, total_sell_value: 6e9, total_net_value: 3e9 }, stocks: [stock('AAA', 5e9), stock('BBB', -2e9)] }),
  '/api/sectors': () => Response.json({ sectors: { Banks: ['AAA'] } }),
  '/api/history/market/foreign': () => Response.json({ error: { code: 'database_unavailable', message: '' } }, { status: 503 }),
}

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
  vi.stubGlobal('fetch', (request: Request) => Promise.resolve(ANSWERS[new URL(request.url).pathname]?.() ?? new Response('', { status: 404 })))
})
afterEach(() => {
  vi.useRealTimers()
})

async function show(): Promise<void> {
  const store = new MarketStore()
  const socket = new FakeSocket()
  socket.answersPings = true
  const channel = new ChannelSocket<MarketSnapshot>({
    channel: 'market', url: () => 'ws://test', openSocket: () => socket, poll: () => Promise.reject(new Error()), onData: (data) => store.offer(data),
  })
  channel.start()
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store, socket: channel }}>
        <MemoryRouter initialEntries={['/foreign']}>
          <ForeignFlow />
          <Address />
        </MemoryRouter>
      </MarketContext>
    </QueryClientProvider>,
  )
  const { feed, ...data } = snapshot({ AAA: price(), BBB: price({ last_price: 9300 }) })
  socket.say({ type: 'status', connected: true, ...feed })
  socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data: { ...data, feed } })
  await screen.findByTestId('foreign-net')
}

const symbols = () => screen.getAllByRole('row').flatMap((row) => row.dataset.symbol ?? [])

it('shows totals in billions, both tops and why there is no chart without a database', async () => {
  await show()
  expect(screen.getByTestId('foreign-net')).toHaveTextContent('+3.0')
  expect(screen.getByTestId('foreign-net')).toHaveClass('buy')
  const top = screen.getByRole('region', { name: 'Mua ròng nhiều nhất' })
  expect(within(top).getByRole('link', { name: 'AAA' })).toHaveAttribute('href', '/chart?symbol=AAA')
  expect(await screen.findByText(/Không có cơ sở dữ liệu/)).toBeVisible()
})

it('sorts and filters the table, and keeps both in the URL', async () => {
  await show()
  const user = userEvent.setup()
  expect(symbols()).toEqual(['AAA', 'BBB'])
  await user.click(screen.getByRole('button', { name: /Ròng, tỷ/ }))
  expect(symbols()).toEqual(['BBB', 'AAA'])
  await user.click(await screen.findByRole('button', { name: /Ngân hàng: \+5\.0 tỷ, 1 mã/ }))
  expect(symbols()).toEqual(['AAA'])
  expect(screen.getByTestId('address')).toHaveTextContent('?sort=net&dir=asc&sector=Banks')
  await user.click(screen.getByRole('button', { name: 'Bán ròng' }))
  expect(screen.getByText('Không có mã nào khớp bộ lọc')).toBeVisible()
})

it('says that its figures are old when REST is silent though the line is open', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  await show()
  expect(screen.queryByText(/REST không trả lời/)).toBeNull()
  vi.stubGlobal('fetch', () => new Promise(() => undefined))
  await act(() => vi.advanceTimersByTimeAsync(OLD_MS + 2000))
  expect(screen.getByText(/REST không trả lời/)).toHaveTextContent('của lúc 09:20:00')
})
