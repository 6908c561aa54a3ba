import { act, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { index, price, snapshot } from '@/test/market-fixtures'
import { showPage, stubBrowser } from '@/test/market-page'
import { Chart } from './Chart'

const bar = (clock: string, close: number) => ({
  timestamp: `2026-11-20T${clock}:00+07:00`, open: 60_000, high: 61_000, low: 59_000, close, volume: 1000, value: 0,
  mua_chu_dong_volume: 700, ban_chu_dong_volume: 200, neutral_volume: 100, trade_count: 5, origin: null, is_repaired: false,
})
const GAP = {
  id: 'a', symbol: 'VCB', cause: 'total_volume_jump', from_time: '2026-11-20T09:16:00+07:00', to_time: '2026-11-20T09:18:00+07:00', volume: 12_300,
  trading_date: '2026-11-20', is_repaired: false, repaired_at: null, repair_note: null,
}
const CONTRACT = { symbol: '41I1GC000', alias: 'VN30F1M', last_price: 1942.5, change: 12, change_pct: 0.6, volume: 10, expiry_date: '2026-12-17' }
const MARKET = snapshot(
  { VCB: price({ last_price: 60_500, change: 500, change_pct: 0.83, ref_price: 60_000, ceiling: 64_200, floor: 55_800 }) },
  { derivatives: { ...CONTRACT, contracts: [CONTRACT] } },
)

let asked: URL[] = []
let candles: (url: URL) => unknown

beforeEach(() => {
  asked = []
  candles = () => ({ data: [bar('09:15', 60_200), bar('09:20', 60_400)], next_cursor: null })
  stubBrowser((url) => {
    asked.push(url)
    if (url.pathname.includes('/candles')) return candles(url)
    if (url.pathname.endsWith('/gaps')) return { data: [GAP, { ...GAP, id: 'b', is_repaired: true }], next_cursor: null }
    return url.pathname.includes('vn30') ? { symbols: ['VCB'] } : { data: [], next_cursor: null }
  })
})

const cells = (table: HTMLElement, row: number) => within(within(table).getAllByRole('row')[row] ?? table).getAllByRole('cell').map((cell) => cell.textContent)

describe('Chart', () => {
  it('shows the bars of the symbol in the URL, its limits and the gaps that are still open', async () => {
    showPage(<Chart />, '/chart?symbol=VCB', MARKET)
    const table = await screen.findByRole('table', { name: 'Nến 5 phút' })
    expect(cells(table, 1)).toEqual(['60.00', '61.00', '59.00', '60.40', '1,000', '+500'])
    expect(await screen.findByText('1 chỗ thiếu dữ liệu')).toHaveTextContent('thiếu 12,300')
    expect(screen.getByText('Trần 64.20')).toHaveClass('ceil')
    expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('VCB')
  })

  it('takes the active contract when no symbol is asked for', async () => {
    showPage(<Chart />, '/chart', MARKET)
    await screen.findByRole('heading', { level: 1, name: /VN30F1M/ })
    await screen.findByRole('table')
    expect(asked.map((url) => url.pathname)).toContain('/api/history/41I1GC000/candles')
    expect(screen.queryByRole('button', { name: 'Khối ngoại ròng' })).not.toBeInTheDocument()
  })

  it('follows the stream within the running bar', async () => {
    const store = showPage(<Chart />, '/chart?symbol=VN30', snapshot({}, { indices: { VN30: { index_id: 'VN30', value: 1900, prior_value: 1890, change: 10, ratio_change: 0.5, last_updated: '2026-11-20T09:21:00+07:00' } } }))
    candles = () => ({ data: [bar('09:20', 1900)], next_cursor: null })
    const table = await screen.findByRole('table', { name: 'Nến 5 phút' })
    act(() => store.offer(snapshot({}, { indices: { VN30: { index_id: 'VN30', value: 1903.4, prior_value: 1890, change: 13.4, ratio_change: 0.7, last_updated: '2026-11-20T09:25:02+07:00' } } })))
    expect(await within(table).findByText('20/11 09:25')).toBeInTheDocument()
    expect(cells(table, 1)[3]).toBe('1,903.4')
  })

  it('keeps interval, range and layers in the URL', async () => {
    showPage(<Chart />, '/chart?symbol=VCB', MARKET)
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: '15 phút' }))
    await user.click(screen.getByRole('button', { name: '1 tháng' }))
    await user.click(screen.getByRole('button', { name: 'Khối lượng' }))
    expect(screen.getByTestId('address')).toHaveTextContent('/chart?symbol=VCB&interval=15m&range=1M&show=ma%2Cdelta%2Cforeign')
    expect(screen.getByRole('button', { name: 'Khối lượng' })).toHaveAttribute('aria-pressed', 'false')
    await user.click(screen.getByRole('button', { name: /VN30F1M/ }))
    expect(screen.getByTestId('address')).toHaveTextContent('symbol=41I1GC000')
  })

  it.each([
    [404, 'Không có mã NOPE'],
    [503, 'Lịch sử chưa sẵn sàng'],
    [500, 'Không tải được lịch sử'],
  ])('says why there are no bars: %i', async (status, words) => {
    candles = () => Response.json({ error: { code: 'x', message: '' } }, { status })
    showPage(<Chart />, '/chart?symbol=NOPE', MARKET)
    expect(await screen.findByText(words)).toBeVisible()
  })

  it('says that a contract is no longer listed', async () => {
    showPage(<Chart />, '/chart?symbol=41I1G1000', MARKET)
    expect(await screen.findByText(/không còn niêm yết/)).toBeVisible()
  })

  it('shows the figures as a table at the press of a button', async () => {
    showPage(<Chart />, '/chart?symbol=VCB', MARKET)
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Bảng số' }))
    expect(screen.getByRole('region', { name: 'Nến 5 phút' })).toHaveAttribute('tabindex', '0')
  })

  it('has beside it what is known of the symbol, and of an index what moved it', async () => {
    const renderPanel = (symbol: string) => <aside>{`book of ${symbol}`}</aside>
    showPage(<Chart renderPanel={renderPanel} renderActions={() => <button type="button">star</button>} />, '/chart?symbol=VCB', { ...MARKET, indices: { VN30: index({ total_value: 12_437.3e9 }) } })
    expect(await screen.findByText('book of VCB')).toBeVisible()
    expect(screen.getByRole('button', { name: 'star' })).toBeVisible()
    await userEvent.setup().click(await screen.findByRole('button', { name: /^VN30 ?1,942/ }))
    const facts = await screen.findByRole('region', { name: 'VN30 hôm nay' })
    expect(facts).toHaveTextContent('▲ 18 (1)')
    expect(facts).toHaveTextContent('12,437.3 tỷ')
    expect(screen.queryByText(/book of/)).not.toBeInTheDocument()
  })

  it('has its symbols in a dialog where there is no room for the list, own lists among them', async () => {
    useWatchlists.setState({ lists: [{ id: 'w', name: 'Của tôi', symbols: ['VN30F1M', 'VCB'] }] })
    for (const [name, isOpen] of [['showModal', true], ['close', false]] as const) {
      if (name in HTMLDialogElement.prototype) continue
      Object.defineProperty(HTMLDialogElement.prototype, name, { configurable: true, value(this: HTMLDialogElement) { this.open = isOpen } })
    }
    showPage(<Chart />, '/chart?symbol=VCB', MARKET)
    const user = userEvent.setup()
    await user.click(await screen.findByRole('button', { name: 'Danh sách mã' }))
    const dialog = await screen.findByRole('dialog', { name: 'Danh sách mã' })
    expect(within(dialog).getByRole('heading', { name: '★ Của tôi' })).toBeVisible()
    await user.click(within(dialog).getAllByRole('button', { name: /VN30F1M/ })[1] ?? dialog)
    expect(screen.getByTestId('address')).toHaveTextContent('symbol=41I1GC000')
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument()
    useWatchlists.setState({ lists: [] })
  })
})
