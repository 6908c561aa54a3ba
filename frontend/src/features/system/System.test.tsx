import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { stubBrowser } from '@/test/market-page'
import { SCRAPE_MS } from './metric-history'
import { System } from './System'

const HEALTH = {
  status: 'ok', database: 'connected', feed: {}, open_gaps: 2, spool: { rows: 12, oldest_s: 0.4, dead_rows: 3, is_refusing: false, is_failing: false },
}
const STATS = {
  connections: 2, subscribers: 1, subscriptions: 4, resumes: 1, saved_sessions: 0, events_kept: 0, events_kept_bytes: 0,
  channels: { market: { connections: 2, connections_total: 9, frames: 10, bytes: 100, skips: 5, closes: { 1001: 3, 4408: 1 } } },
}
const CLIENT = {
  id: 7, path: '/ws/market', address: '10.1.2.3', views: [], subscriptions: 0, connected_at: '2026-11-20T09:00:00+07:00', frames: 120, bytes: 4000, skips: 0, unsent_bytes: 0,
}
const GAP = {
  id: 'g', symbol: 'CTG', cause: 'total_volume_jump', from_time: '2026-11-20T13:24:02+07:00', to_time: '2026-11-20T13:24:05+07:00', volume: 8200, trading_date: '2026-11-20',
  is_repaired: false, repaired_at: null, repair_note: 'the bars lack 300',
}
const NO_DATABASE = () => Response.json({ error: { code: 'database_unavailable', message: '' } }, { status: 503 })

let scrapes = 0
let answers: Record<string, () => unknown>

/** So many messages more with each look. */
const figures = () => ({
  figures: {
    ssi_messages_received_total: [{ labels: { channel: 'MI' }, value: 100 + scrapes++ * 30 }],
    ssi_messages_rejected_total: [{ labels: { reason: 'repeat' }, value: 118 }],
    ssi_reconnects_total: [{ labels: { cause: 'stall' }, value: 1 }],
    missed_volume_total: [{ labels: {}, value: 29_900 }],
    classifier_agreement_ratio: [{ labels: {}, value: 0.982 }],
    db_rows_written_total: [{ labels: { table: 'trades' }, value: 1000 }],
    db_pool_connections: [{ labels: { state: 'idle' }, value: 2 }],
  },
})

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  scrapes = 0
  answers = {
    '/api/system/figures': figures, '/health': () => HEALTH, '/api/config': () => ({ source: 'ssi', palette: 'vn', auth_on: false, version: '1.2.3' }),
    '/api/ws/stats': () => STATS, '/api/ws/connections': () => [CLIENT], '/api/history/gaps': () => ({ data: [{ ...GAP, id: 'f', symbol: '*', volume: 0, from_time: '2026-11-20T09:25:00+07:00' }, GAP], next_cursor: null }),
  }
  stubBrowser(({ pathname }) => answers[pathname]?.() ?? {})
})
afterEach(() => void vi.useRealTimers())

function show(path = '/system') {
  const socket = new FakeSocket()
  const channel = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()), openSocket: () => socket })
  const stop = channel.start()
  const view = render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store: new MarketStore(), socket: channel }}>
        <MemoryRouter initialEntries={[path]}>
          <System />
        </MemoryRouter>
      </MarketContext>
    </QueryClientProvider>,
  )
  return { socket, leave: () => { view.unmount(); stop() } }
}

const STATUS = { type: 'status', connected: true, source: 'ssi', state: 'partial', since: '2026-11-20T08:41:07+07:00', ages: { 'X-TRADE': 0.2, MI: 40 }, muted_channels: ['MI'], reason: null }

const data = { quotes: {}, prices: {}, indices: {}, session: { trading_date: '2026-11-20', phase: { HOSE: 'continuous' }, is_final: false } }

/** The feed speaks, and the market comes. */
const speak = (socket: FakeSocket, status = STATUS): void =>
  act(() => {
    socket.say(status)
    socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data })
  })

describe('System', () => {
  it('says how the feed and each of its channels are', async () => {
    const { socket, leave } = show()
    speak(socket)
    const table = await screen.findByRole('table', { name: 'Các kênh của nguồn' })
    expect(within(table).getByRole('row', { name: /X-TRADE/ })).toHaveTextContent('khớp lệnh')
    expect(within(table).getByRole('row', { name: /^MI/ })).toHaveTextContent(/câm|im/i)
    expect(screen.getByText(/từ 08:41:07/)).toBeVisible()
    leave()
  })

  it('never calls a feed live that nobody tells of any more', () => {
    const { socket, leave } = show()
    speak(socket, { ...STATUS, state: 'live', muted_channels: [] })
    const feed = screen.getByRole('group', { name: 'Nguồn dữ liệu' })
    expect(feed).toHaveTextContent('Trực tiếp')
    act(() => socket.drop())
    expect(feed).toHaveTextContent('Mất kết nối')
    expect(feed).not.toHaveTextContent('08:41:07')
    expect(screen.getByTestId('channels')).not.toHaveTextContent('Trực tiếp')
    leave()
  })

  it('shows what the server counts, and rates once it has looked twice', async () => {
    const { socket, leave } = show()
    act(() => socket.say(STATUS))
    expect(await screen.findByText('29,900')).toBeVisible()
    expect(screen.getByText('98.2%')).toBeVisible()
    expect(screen.getByText('repeat').closest('li')).toHaveTextContent('118')
    expect(screen.getByText('từ lúc khởi động · 2 khoảng trống chưa bù')).toBeVisible()
    expect(screen.getByText('1.2.3')).toBeVisible()
    expect(screen.getByText('đã nối')).toBeVisible()
    await act(() => vi.advanceTimersByTimeAsync(SCRAPE_MS))
    const row = within(screen.getByTestId('channels')).getByRole('row', { name: /^MI/ })
    expect(within(row).getAllByRole('cell').map((cell) => cell.textContent)).toEqual(expect.arrayContaining(['10', '130']))
    leave()
  })

  it('lists clients, closes and the ledger of gaps', async () => {
    const { leave } = show()
    expect(await screen.findByText(/10\.1\.2\.3/)).toBeVisible()
    expect(screen.getByText('1001 × 3 4408 × 1', { collapseWhitespace: true })).toBeVisible()
    const gaps = await screen.findByRole('table', { name: 'Sổ khoảng trống' })
    expect(within(gaps).getByRole('row', { name: /CTG/ })).toHaveTextContent('8,200')
    expect(within(gaps).getAllByRole('rowheader').map((cell) => cell.textContent)).toEqual(['CTG', 'cả nguồn'])
    expect(screen.getByText('2 khoảng')).toBeVisible()
    expect(within(gaps).getAllByText('chưa bù')[0]).toHaveAttribute('title', 'the bars lack 300')
    leave()
  })

  it('says in words what cannot be read', async () => {
    answers['/api/system/figures'] = () => Response.json({ error: { code: 'unauthorized', message: '' } }, { status: 401 })
    answers['/api/ws/stats'] = () => Response.json({ error: { code: 'forbidden', message: '' } }, { status: 403 })
    answers['/api/history/gaps'] = NO_DATABASE
    answers['/health'] = () => ({ ...HEALTH, database: 'unavailable', spool: null })
    const { leave } = show()
    expect(await screen.findByText(/Không đọc được số đo của máy chủ/)).toBeVisible()
    expect(screen.getAllByText('Không đọc được')).toHaveLength(2) // nothing is being collected
    expect(await screen.findByText(/chỉ dành cho người vận hành/)).toBeVisible()
    expect(await screen.findByText('Không có cơ sở dữ liệu nên không đọc được sổ.')).toBeVisible()
    expect(screen.getByText('không nối được')).toBeVisible()
    leave()
  })

  it('asks nothing more when it is left', async () => {
    const { leave } = show()
    await screen.findByText('29,900')
    leave()
    const before = scrapes
    await vi.advanceTimersByTimeAsync(5 * SCRAPE_MS)
    expect(scrapes).toBe(before)
  })

  it('has the console under an address of its own', async () => {
    const { leave } = show()
    await userEvent.setup({ advanceTimers: vi.advanceTimersByTime }).click(screen.getByRole('button', { name: 'Console' }))
    expect(screen.getByRole('button', { name: 'Kết nối' })).toBeVisible()
    leave()
    const again = show('/system?view=console')
    expect(screen.getByRole('button', { name: 'Console' })).toHaveAttribute('aria-pressed', 'true')
    again.leave()
  })

  it('shows whether the books balance, and what differs', async () => {
    answers['/api/audit'] = () => ({
      light: 'red', trading_date: '2026-11-20', is_final: false, checked_at: '2026-11-20T10:00:00+07:00',
      checks: [{ name: 'foreign_sums', verdict: 'failed', compared: 36, failed: 1, differences: [{ subject: 'VN30', what: 'buy_value', expected: 10, actual: 11 }] }],
      stored: { verdict: 'unknown', reason: 'no history is kept', trades: 0, candles: 0, symbols: 0, failed: 0, differences: [] },
      sides: { prints: 10, unclassified: 1, unclassified_share: 0.1, compared: 9, agreement_ratio: 0.987, tick_test_ratio: 0.9, missed_volume: 500 },
      index: null,
    })
    show('/system?view=audit')
    expect(await screen.findByText('Không cân')).toBeVisible()
    expect(screen.getByText('98.7%')).toBeVisible()
    const rule = screen.getByRole('row', { name: /Tổng khối ngoại/ })
    expect(rule).toHaveTextContent(/lệch\s*36\s*1/)
    expect(screen.getByRole('row', { name: /VN30.*buy_value.*10.*11/ })).toBeVisible()
    expect(screen.getByText(/no history is kept/)).toBeVisible()
  })
})
