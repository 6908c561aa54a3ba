import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { AlertContext } from '@/shared/alerts/alert-context'
import { useAlertPreferences } from '@/shared/alerts/alert-preferences'
import { createAlertStore } from '@/shared/alerts/create-alert-store'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { alertAt, breakoutAt } from '@/test/alert-fixtures'
import { toasts } from './announcer'
import { SignalAnnouncements } from './SignalAnnouncements'
import { SignalBell } from './SignalBell'
import { Signals } from './Signals'

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
  // jsdom lays nothing out, and the virtualizer shows what fits a height.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1200)
  useAlertPreferences.setState({ muted: [], readUpTo: '', hasToasts: true, hasSound: false, hasNotifications: false })
})
afterEach(() => {
  toasts.clear()
  answer = none
})

let asked: URL[] = []
const none = () => Response.json({ error: { code: 'database_unavailable', message: '' } }, { status: 503 })
let answer: (url: URL) => unknown = none

function show(path = '/signals') {
  asked = []
  vi.stubGlobal('fetch', (request: Request) => {
    const url = new URL(request.url)
    asked.push(url)
    const body = answer(url)
    return Promise.resolve(body instanceof Response ? body : Response.json(body))
  })
  const alerts = createAlertStore()
  const socket = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()) })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store: new MarketStore(), socket }}>
        <AlertContext value={alerts}>
          <MemoryRouter initialEntries={[path]}>
            <SignalBell />
            {path.startsWith('/signals') ? <Signals /> : null}
            <SignalAnnouncements />
          </MemoryRouter>
        </AlertContext>
      </MarketContext>
    </QueryClientProvider>,
  )
  return alerts
}

const log = () => screen.getByRole('log')

describe('Signals', () => {
  it('says that it waits, then that there is nothing, then shows what comes', () => {
    const alerts = show()
    expect(screen.getByText('Đang tải tín hiệu')).toBeVisible()
    act(() => alerts.offerList([]))
    expect(screen.getByText('Chưa có tín hiệu nào')).toBeVisible()
    act(() => alerts.offerEvents([breakoutAt('14:21:32')]))
    expect(within(log()).getByText('199.50')).toHaveClass('ceil')
    expect(within(log()).getByText('14:21:32')).toBeVisible()
    expect(within(log()).getByRole('link', { name: 'Mở biểu đồ VJC' })).toHaveAttribute('href', '/chart?symbol=VJC&interval=1m')
  })

  it('counts what is unread in bell, title and list until it is read', async () => {
    const alerts = show()
    act(() => alerts.offerList([alertAt('09:15:00')]))
    act(() => alerts.offerEvents([alertAt('09:30:00', { symbol: 'VCB' }), breakoutAt('09:31:00')]))
    expect(screen.getByRole('link', { name: 'Tín hiệu, 2 chưa đọc' })).toHaveTextContent('2')
    expect(document.title).toMatch(/^\(2\) /)
    expect(document.querySelectorAll('[data-unread]')).toHaveLength(2)
    await userEvent.click(screen.getByRole('button', { name: 'Đọc hết' }))
    expect(document.querySelectorAll('[data-unread]')).toHaveLength(0)
    expect(document.title).not.toMatch(/^\(/)
  })

  it('filters by severity, type and symbol', async () => {
    const alerts = show('/signals?symbol=V')
    act(() => alerts.offerList([alertAt('09:15:00'), alertAt('09:16:00', { symbol: 'VCB' }), breakoutAt('09:17:00')]))
    expect(screen.getAllByTestId('signal')).toHaveLength(2)
    await userEvent.click(screen.getByRole('button', { name: 'Nguy cấp' }))
    expect(screen.getAllByTestId('signal')).toHaveLength(1)
    await userEvent.click(screen.getByRole('button', { name: 'Đột biến KL' }))
    expect(screen.getByText('Không có tín hiệu khớp bộ lọc')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Bỏ lọc' }))
    expect(screen.getAllByTestId('signal')).toHaveLength(3)
  })

  it('mutes a symbol: it stays in the list, is not unread and makes no toast', async () => {
    const alerts = show()
    act(() => alerts.offerList([]))
    act(() => alerts.offerEvents([breakoutAt('09:15:00')]))
    expect(screen.getByTestId('toast')).toHaveTextContent('VJC')
    await userEvent.click(within(log()).getByRole('button', { name: 'Tắt báo VJC' }))
    expect(screen.getByTestId('signal')).toHaveAttribute('data-muted')
    expect(screen.getByRole('link', { name: 'Tín hiệu' })).toBeInTheDocument()
    act(() => toasts.clear())
    act(() => alerts.offerEvents([breakoutAt('09:40:00')]))
    expect(screen.queryByTestId('toast')).toBeNull()
    await userEvent.click(screen.getAllByRole('button', { name: 'Bật báo VJC' })[0] as HTMLElement)
    expect(useAlertPreferences.getState().muted).toEqual([])
  })

  it('opens what is like the newest', async () => {
    const alerts = show()
    act(() => alerts.offerList([alertAt('09:15:00'), alertAt('09:16:00'), alertAt('09:17:00')]))
    expect(screen.getAllByTestId('signal')).toHaveLength(1)
    await userEvent.click(screen.getByRole('button', { name: 'Hiện 2 tín hiệu tương tự của HPG' }))
    expect(screen.getAllByTestId('signal')).toHaveLength(3)
  })
})

it('elsewhere shows toasts, groups them, says the critical one at once and clears them with Escape', async () => {
  const alerts = show('/')
  act(() => alerts.offerList([]))
  act(() => alerts.offerEvents([alertAt('09:15:00'), alertAt('09:15:01'), breakoutAt('09:15:02')]))
  const cards = screen.getAllByTestId('toast')
  expect(cards.map((card) => card.textContent)).toEqual([expect.stringContaining('VJC'), expect.stringContaining('+1 khác')])
  expect(document.querySelector('[aria-live=assertive]')).toHaveTextContent('VJC: Chạm trần 199.50')
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByTestId('toast')).toBeNull()
})

describe('the history of signals', () => {
  const older = [breakoutAt('14:00:00', { id: 'old1', symbol: 'VCB' }), alertAt('09:40:00', { id: 'old2', symbol: 'FPT' })]
  const oldest = [alertAt('09:20:00', { id: 'old3', symbol: 'SSI', timestamp: '2026-11-19T09:20:00+07:00' })]
  const historyAsked = () => asked.filter(({ pathname }) => pathname === '/api/history/alerts')

  beforeEach(() => {
    answer = (url) => {
      if (url.pathname !== '/api/history/alerts') return none()
      return url.searchParams.get('cursor') ? { data: oldest, next_cursor: null } : { data: older, next_cursor: 'next' }
    }
  })

  it('is what the server has stored, a page at a time', async () => {
    const alerts = show()
    act(() => alerts.offerList([alertAt('14:30:00')]))
    expect(historyAsked()).toHaveLength(0)
    await userEvent.click(screen.getByRole('button', { name: 'Lịch sử' }))
    expect(await screen.findByText('VCB', { selector: 'b' })).toBeVisible()
    expect(screen.getAllByTestId('signal')).toHaveLength(2)
    await userEvent.click(screen.getByRole('button', { name: 'Tải thêm tín hiệu cũ hơn' }))
    expect(await screen.findByText('Hết: 3 tín hiệu.')).toBeVisible()
    expect(screen.getByText('Phiên 19/11/2026')).toBeVisible()
    expect(historyAsked().map(({ searchParams }) => searchParams.get('cursor'))).toEqual([null, 'next'])
  })

  it('is narrowed by the server', async () => {
    show('/signals?view=history&severity=CRITICAL&type=PRICE_BREAKOUT,VOLUME_SPIKE&from=2026-11-19&to=2026-11-20')
    await screen.findByText('VCB', { selector: 'b' })
    const { searchParams } = historyAsked()[0] ?? expect.fail('nothing was asked')
    expect([searchParams.getAll('type'), searchParams.get('severity'), searchParams.get('from'), searchParams.get('to')]).toEqual([
      ['VOLUME_SPIKE', 'PRICE_BREAKOUT'], 'CRITICAL', '2026-11-19', '2026-11-20',
    ])
    expect(screen.getByLabelText('Từ')).toHaveValue('2026-11-19')
    expect(screen.getAllByTestId('signal')).toHaveLength(1)
  })

  it('says when there is no database', async () => {
    answer = none
    show('/signals?view=history')
    expect(await screen.findByText('Không có cơ sở dữ liệu nên không đọc được lịch sử')).toBeVisible()
  })
})

it('says by which numbers the server decides', async () => {
  answer = ({ pathname }) =>
    pathname.endsWith('alert-rules')
      ? { volume_spike_ratio: 4.5, volume_window_min: 10, volume_spike_min_prints: 0, foreign_change_pct: 30, foreign_min_value: 1_500_000_000, dedup_s: 60 }
      : none()
  show()
  expect(await screen.findByText('4.5 lần')).toBeVisible()
  expect(screen.getByText('Đột biến KL: hơn TB 10 phút')).toBeVisible()
  expect(screen.getByText('1.5 tỷ')).toBeVisible()
  expect(screen.getByText('tắt')).toBeVisible()
})
