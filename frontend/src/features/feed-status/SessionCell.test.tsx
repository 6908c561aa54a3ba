import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { beforeEach, expect, it, vi } from 'vitest'
import type { MarketSnapshot, Phase } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { index, price, snapshot } from '@/test/market-fixtures'
import { SessionCell } from './SessionCell'

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
})

async function show(phase: Phase, isFinal: boolean) {
  const socket = new FakeSocket()
  const store = new MarketStore()
  const channel = new ChannelSocket<MarketSnapshot>({
    channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()), openSocket: () => socket, onData: (data) => store.offer(data), feedOf: (data) => data.feed,
  })
  const stop = channel.start()
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <MarketContext value={{ store, socket: channel }}>
        <SessionCell />
      </MarketContext>
    </QueryClientProvider>,
  )
  const data = snapshot(
    { VCB: price() },
    {
      indices: { VN30: index({ last_updated: '2026-11-20T15:05:00+07:00' }) },
      session: { trading_date: '2026-11-20', phase: { HOSE: phase }, is_final: isFinal },
      feed: { source: 'simulator', state: 'closed', ages: { MI: 1 } },
    },
  )
  act(() => socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data }))
  await screen.findByText('15:05:00')
  const pieces = [...container.querySelectorAll('[data-state]')].map((piece) => piece.getAttribute('data-state')).filter((state) => state !== 'lunch')
  stop()
  return new Set(pieces)
}

it('calls the day that is shown final, not the phase that is on', async () => {
  expect(await show('pre_open', true)).toEqual(new Set(['ahead']))
  expect(screen.getByText('Trước giờ', { selector: 'b' })).toBeVisible()
  expect(screen.getByText('chốt 20/11')).toBeVisible()
})

it('has a closed day behind it', async () => {
  expect(await show('closed', false)).toEqual(new Set(['done']))
  expect(screen.getByText('20/11')).toBeVisible()
})
