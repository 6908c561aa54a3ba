import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { beforeEach, expect, it, vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { price, snapshot } from '@/test/market-fixtures'
import { VolumeAnalysis } from './VolumeAnalysis'

const Address = () => <output data-testid="address">{useLocation().search}</output>
const part = (buy: number, sell: number, neutral: number) => ({ mua_chu_dong_volume: buy, ban_chu_dong_volume: sell, neutral_volume: neutral, total_volume: buy + sell + neutral })
const QUOTES = {
  AAA: { symbol: 'AAA', ...part(3e6, 1e6, 1e6), mua_chu_dong_value: 30e9, ban_chu_dong_value: 10e9, ato: part(0, 0, 1e6), continuous: part(3e6, 1e6, 0) },
  BBB: { symbol: 'BBB', ...part(0, 1e6, 0), ban_chu_dong_value: 9e9, continuous: part(0, 1e6, 0) },
}
const ANSWERS: Record<string, () => Response> = {
  '/api/vn30-components': () => Response.json({ symbols: ['AAA', 'BBB'] }),
  '/api/sectors': () => Response.json({ sectors: { Banks: ['AAA'] } }),
  '/api/market/classification-audit': () => Response.json({ AAA: { symbol: 'AAA', compared: 10, agreed: 9, agreement_ratio: 0.9 } }),
  '/api/history/market/active': () =>
    Response.json({ data: [{ timestamp: '2026-11-20T09:16:00+07:00', ...part(3e6, 2e6, 0), volume: 5e6, value: 0 }], next_cursor: null }),
  '/api/history/market/active/quarters': () => Response.json({ data: [], next_cursor: null }),
}

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
  vi.stubGlobal('fetch', (request: Request) => Promise.resolve(ANSWERS[new URL(request.url).pathname]?.() ?? new Response('', { status: 404 })))
})

async function show(): Promise<void> {
  const store = new MarketStore()
  const socket = new FakeSocket()
  const channel = new ChannelSocket<MarketSnapshot>({
    channel: 'market', url: () => 'ws://test', openSocket: () => socket, poll: () => Promise.reject(new Error()), onData: (data) => store.offer(data),
  })
  channel.start()
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store, socket: channel }}>
        <MemoryRouter initialEntries={['/volume']}>
          <VolumeAnalysis />
          <Address />
        </MemoryRouter>
      </MarketContext>
    </QueryClientProvider>,
  )
  const { feed, ...data } = snapshot({ AAA: price(), BBB: price({ last_price: 9300 }) }, { quotes: QUOTES })
  socket.say({ type: 'status', connected: true, ...feed })
  socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data: { ...data, feed } })
  await screen.findByRole('table', { name: 'Áp lực từng mã' })
}

const symbols = () => screen.getAllByRole('row').flatMap((row) => row.dataset.symbol ?? [])

it('shares out the volume of the list and says how far it can be trusted', async () => {
  await show()
  expect(screen.getByText('50.0%', { selector: 'b' })).toHaveClass('buy')
  expect(screen.getByText('33.3%', { selector: 'b' })).toHaveClass('sell')
  const card = (name: string) => within(screen.getByRole('group', { name }))
  expect(await card('Khớp với bên của SSI').findByText('90.0%')).toBeVisible()
  expect(await card('5 phút gần nhất').findByText('60.0%')).toHaveClass('buy')
  expect(symbols()).toEqual(['AAA', 'BBB'])
})

it('narrows to a phase and to a sector, in the URL', async () => {
  await show()
  const user = userEvent.setup()
  await user.click(within(screen.getByRole('group', { name: 'Phần của ngày' })).getByRole('button', { name: 'ATO' }))
  expect(screen.getByText('không xác định 100.0%')).toBeVisible()
  await user.selectOptions(await screen.findByRole('combobox', { name: 'Ngành' }), 'Banks')
  expect(symbols()).toEqual(['AAA'])
  expect(screen.getByTestId('address')).toHaveTextContent('?part=ato&list=Banks')
})

it('shows its minutes as a table too', async () => {
  await show()
  const user = userEvent.setup()
  await user.click(screen.getByRole('button', { name: 'Bảng số' }))
  expect(await screen.findByRole('row', { name: '09:16 3.000 2.000 0.000 +1.000' })).toBeVisible()
})
