import { act, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import type { DerivativesData } from '@/shared/api/models'
import { index, price, snapshot } from '@/test/market-fixtures'
import { showPage, stubBrowser } from '@/test/market-page'
import { Derivatives } from './Derivatives'

const CONTRACT = {
  symbol: '41I1GC000', alias: 'VN30F1M', last_price: 1944.5, change: 14.2, change_pct: 0.74, volume: 189_623, bid_price: 1944.4, ask_price: 1944.6,
  basis: 2.32, basis_pct: 0.12, is_premium: true, last_updated: '2026-11-20T10:20:30+07:00', expiry_date: '2026-12-17', stale: false,
}
const SECOND = { ...CONTRACT, symbol: '41I1H1000', alias: 'VN30F2M', basis: -1.18, basis_pct: -0.06, is_premium: false, expiry_date: '2027-01-21', stale: true }
const market = (change: Partial<DerivativesData> = {}) =>
  snapshot(
    { '41I1GC000': price({ exchange: 'DERIVATIVES', last_price: 1944.5, open: 1929.8, high: 1948.6, low: 1926.1, ref_price: 1930.3, ceiling: 2065, floor: 1795, bids: [[1944.4, 61]], asks: [[1944.6, 34]] }) },
    { derivatives: { ...CONTRACT, contracts: [CONTRACT, SECOND], ...change }, indices: { VN30: index() } },
  )
const POINTS = Array.from({ length: 21 }, (_, i) => ({
  timestamp: `2026-11-20T10:${String(i).padStart(2, '0')}:00+07:00`, futures_symbol: '41I1GC000', futures_price: 1948 - i * 0.2, spot_value: 1942, basis: 6 - i * 0.2, basis_pct: 0.3, is_premium: true,
}))

beforeEach(() =>
  stubBrowser((url) => {
    if (url.pathname.endsWith('basis-trend')) return POINTS
    return url.pathname.includes('/candles') ? Response.json({ error: { code: 'database_unavailable', message: '' } }, { status: 503 }) : {}
  }),
)

const row = (name: RegExp) => within(screen.getByRole('table', { name: 'Các hợp đồng' })).getByRole('row', { name })

describe('Derivatives', () => {
  it('says premium or discount, the day, the expiry, and that open interest is not to be had', async () => {
    showPage(<Derivatives />, '/derivatives', market())
    expect((await screen.findAllByText('+2.32')).length).toBeGreaterThan(0)
    expect(screen.getAllByText('bù giá')[0]).toHaveClass('premium')
    expect(screen.getByText('27 ngày', { selector: 'dd' })).toBeVisible()
    expect(screen.getByText('thứ Năm 17/12/2026')).toBeVisible()
    expect(screen.getByText('nguồn này không có', { selector: 'dd' })).toBeVisible()
    expect(screen.getByText(/mở 1,929.8 · cao 1,948.6/)).toBeVisible()
  })

  it('turns over with the sign, and drains what is stale', async () => {
    const store = showPage(<Derivatives />, '/derivatives', market())
    await screen.findAllByText('+2.32')
    act(() => store.offer(market({ basis: -0.4, basis_pct: -0.02 })))
    await screen.findAllByText('−0.40')
    expect(screen.getAllByText('chiết khấu')[0]).toHaveClass('discount')
    act(() => store.offer(market({ basis: -0.4, stale: true })))
    expect(await screen.findByText('cũ, lúc 10:20:30')).toBeVisible()
    expect(screen.getAllByText('chiết khấu')[0]).toHaveClass('stale')
  })

  it('has the convergence of the last minutes, and the stream carries the history on', async () => {
    const store = showPage(<Derivatives />, '/derivatives', market({ basis: 1.9, last_price: 1943.9 }))
    expect(await screen.findByText('đang thu hẹp')).toBeVisible()
    const table = screen.getByRole('table', { name: 'Basis' })
    expect(await within(table).findByText('10:20:30')).toBeInTheDocument()
    act(() => store.offer(market({ basis: 1.7, last_price: 1943.7, last_updated: '2026-11-20T10:21:00+07:00' })))
    expect(await within(table).findByText('10:21:00')).toBeInTheDocument()
  })

  it('lists every contract and leads to its chart', async () => {
    showPage(<Derivatives />, '/derivatives', market())
    await screen.findAllByText('+2.32')
    expect(within(row(/VN30F2M/)).getByText('−1.18').parentElement).toHaveClass('stale')
    expect(within(row(/VN30F1M/)).getByRole('link')).toHaveAttribute('href', '/chart?symbol=41I1GC000&interval=1m')
  })

  it('keeps the range in the URL and says when five sessions cannot be had', async () => {
    showPage(<Derivatives />, '/derivatives', market())
    await userEvent.setup().click(await screen.findByRole('button', { name: /5 phiên/ }))
    expect(screen.getByTestId('address')).toHaveTextContent('/derivatives?range=5d')
    expect((await screen.findAllByText('Không tải được lịch sử')).length).toBeGreaterThan(0)
  })

  it('waits in words', async () => {
    showPage(<Derivatives />, '/derivatives', null)
    expect(await screen.findByText('Đang chờ dữ liệu phái sinh')).toBeVisible()
  })
})
