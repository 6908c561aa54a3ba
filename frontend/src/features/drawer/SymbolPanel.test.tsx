import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { MarketSnapshot, PriceData } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { price, snapshot } from '@/test/market-fixtures'
import { SymbolAside } from './SymbolAside'
import { SymbolPanel } from './SymbolPanel'

const TICK = {
  symbol: 'VCB', price: 10_100, volume: 700, value: 7_070_000, trade_type: 'ban_chu_dong', bid_price: 10_100, ask_price: 10_150,
  timestamp: '2026-11-20T10:00:00+07:00', phase: 'continuous', exchange_side: 'SD', total_volume: 900, trading_date: '2026-11-20',
}
const BAR = { timestamp: '2026-11-20T09:15:00+07:00', open: 10_000, high: 10_100, low: 10_000, close: 10_050, volume: 100 }
const ALERT = { id: 'a', alert_type: 'PRICE_BREAKOUT', severity: 'CRITICAL', symbol: 'VCB', message: 'at its ceiling', timestamp: '2026-11-20T10:01:00+07:00', data: { direction: 'ceiling' } }
let historyStatus = 200

function answer(url: string): Response {
  if (url.includes('/alerts')) return Response.json([ALERT])
  if (historyStatus !== 200) return Response.json({ error: { code: 'database_unavailable', message: '' } }, { status: historyStatus })
  return Response.json({ data: url.includes('/candles') ? [BAR] : [TICK], next_cursor: null })
}

beforeEach(() => {
  historyStatus = 200
  vi.stubGlobal('fetch', (request: Request) => Promise.resolve(answer(request.url)))
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
  vi.stubGlobal('ResizeObserver', class { observe = vi.fn(); disconnect = vi.fn() })
})

async function show(change: Partial<PriceData> = {}, isBesideChart = false) {
  const socket = new FakeSocket()
  const store = new MarketStore()
  const channel = new ChannelSocket<MarketSnapshot>({
    channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()), openSocket: () => socket, onData: (data) => store.offer(data), feedOf: (data) => data.feed,
  })
  const stop = channel.start()
  const onClose = vi.fn()
  const view = render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store, socket: channel }}>
        {isBesideChart ? <SymbolAside symbol="VCB" /> : <SymbolPanel symbol="VCB" tags={['VN30']} onClose={onClose} />}
      </MarketContext>
    </QueryClientProvider>,
  )
  const stats = { symbol: 'VCB', mua_chu_dong_volume: 600, ban_chu_dong_volume: 300, neutral_volume: 100, total_volume: 1000 }
  act(() => socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data: snapshot({ VCB: price(change) }, { quotes: { VCB: stats } }) }))
  await screen.findByText('Độ sâu 3 mức')
  return { socket, onClose, leave: () => { view.unmount(); stop() } }
}

const hear = (socket: FakeSocket): void =>
  act(() => {
    socket.say({ type: 'snapshot', topic: 'symbol:VCB', epoch: 'e', seq: 5, position: 1, data: { symbol: 'VCB', session_stats: { total_volume: 900 } } })
    socket.say({
      type: 'batch', epoch: 'e', position: 2,
      messages: [{ type: 'trade', topic: 'symbol:VCB', epoch: 'e', seq: 6, symbol: 'VCB', price: 10_150, volume: 300, trade_type: 'mua_chu_dong', timestamp: '2026-11-20T10:00:02+07:00' }],
    })
  })

describe('SymbolPanel', () => {
  it('shows price, book, aggressor and what was signalled, in the units of the board', async () => {
    const { leave } = await show()
    expect(screen.getByRole('heading', { name: 'VCB' })).toBeVisible()
    expect(screen.getAllByText('10.10', { selector: 'b' })[0]).toHaveClass('up')
    expect(screen.getByText('dư mua 600 · dư bán 400')).toBeVisible()
    expect(screen.getByText('60.0%')).toBeVisible()
    expect(await screen.findByText('Chạm trần')).toBeVisible()
    leave()
  })

  it('subscribes to the symbol, goes on from the stored prints, and gives up when it leaves', async () => {
    const { socket, leave } = await show()
    expect(socket.sent).toEqual([{ action: 'subscribe', symbols: ['VCB'] }])
    hear(socket)
    await screen.findByText('10:00:00')
    const rows = screen.getAllByRole('row').filter((row) => within(row).queryByText(/^10:00:0/))
    expect(rows.map((row) => row.textContent)).toEqual(['10:00:0210.15300Mmua chủ động', '10:00:0010.10700Bbán chủ động'])
    leave()
    expect(socket.sent.at(-1)).toEqual({ action: 'unsubscribe', symbols: ['VCB'] })
  })

  it('keeps the tape while the connection is lost', async () => {
    const { socket, leave } = await show()
    hear(socket)
    await screen.findByText('10:00:00')
    act(() => socket.drop())
    expect(screen.getByText('10:00:02')).toBeVisible()
    expect(screen.getByText('10:00:00')).toBeVisible()
    leave()
  })

  it('without a database says what is missing and still shows what happens', async () => {
    historyStatus = 503
    const { socket, leave } = await show()
    hear(socket)
    expect(await screen.findByText('Không đọc được lịch sử: chỉ có lệnh khớp từ lúc mở.')).toBeVisible()
    expect(screen.getByText('10:00:02')).toBeVisible()
    leave()
  })

  it('in an auction tells the indicative price and the imbalance', async () => {
    const { leave } = await show({ phase: 'atc', est_match_price: 10_150 })
    expect(screen.getByText('Phiên ATC')).toBeVisible()
    expect(screen.getByText('+200')).toBeVisible()
    expect(screen.getByText('dư mua')).toBeVisible()
    leave()
  })

  it('closes by its button', async () => {
    const { onClose, leave } = await show()
    await userEvent.setup().click(screen.getByRole('button', { name: 'Đóng chi tiết' }))
    expect(onClose).toHaveBeenCalledOnce()
    leave()
  })
})

describe('SymbolAside', () => {
  it('is what a chart does not say: limits, book, aggressor, foreign flow, signals and the prints with their side', async () => {
    const { socket, leave } = await show({}, true)
    expect(screen.getByRole('complementary', { name: 'Chi tiết VCB' })).toHaveTextContent('dư mua 600 · dư bán 400')
    expect(screen.queryByText('Trong ngày')).not.toBeInTheDocument()
    hear(socket)
    const print = await screen.findByRole('row', { name: /10:00:02/ })
    expect(print).toHaveTextContent('mua chủ động')
    leave()
  })
})
