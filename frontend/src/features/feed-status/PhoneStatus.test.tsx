import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { MarketSnapshot, Phase } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { index, price, snapshot } from '@/test/market-fixtures'
import { PhoneStatus } from './PhoneStatus'

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
})

async function show(hose: Phase, clock: string) {
  const socket = new FakeSocket()
  const store = new MarketStore()
  const channel = new ChannelSocket<MarketSnapshot>({
    channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()), openSocket: () => socket, onData: (data) => store.offer(data), feedOf: (data) => data.feed,
  })
  const stop = channel.start()
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MarketContext value={{ store, socket: channel }}>
        <PhoneStatus title="Bảng giá" />
      </MarketContext>
    </QueryClientProvider>,
  )
  const data = snapshot(
    { VCB: price() },
    {
      indices: { VN30: index({ last_updated: `2026-11-20T${clock}+07:00` }) },
      session: { trading_date: '2026-11-20', phase: { HOSE: hose, UPCOM: 'continuous' }, is_final: false },
      feed: { source: 'simulator', state: 'live', ages: { MI: 1 } },
    },
  )
  act(() => socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data }))
  await screen.findByText('Trực tiếp', { selector: 'span' })
  expect(screen.getByText('MÔ PHỎNG')).toBeVisible()
  return { socket, stop }
}

describe('PhoneStatus', () => {
  it('tells the phase and how long it is to the next one', async () => {
    const { stop } = await show('continuous', '14:21:36')
    expect(screen.getByText('Liên tục', { selector: 'span' })).toBeVisible()
    expect(screen.getByText(/^ATC sau 8:2\d$/, { selector: 'span' })).toBeVisible()
    stop()
  })

  it('counts nothing down while the clock stands', async () => {
    const { socket, stop } = await show('ato', '09:05:00')
    expect(screen.getByText(/^Liên tục sau /, { selector: 'span' })).toBeVisible()
    act(() => socket.drop())
    expect(await screen.findByText(/Mất kết nối/, { selector: 'span' })).toBeVisible()
    expect(screen.queryByText(/ sau /)).toBeNull()
    stop()
  })

  it('has the phases of all exchanges behind it', async () => {
    const { stop } = await show('lunch', '11:45:00')
    const button = screen.getByRole('button', { name: 'Chi tiết phiên và nguồn' })
    expect(document.getElementById(button.getAttribute('popovertarget') ?? '')).toHaveTextContent(/UPCoM\s*Liên tục/)
    stop()
  })
})
