import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'
import { FakeSocket } from '@/test/fake-socket'
import { snapshot } from '@/test/market-fixtures'
import { OLD_MS, useForeignPoll } from './use-foreign-poll'

afterEach(() => {
  vi.useRealTimers()
})

it('says that the figures stand when REST is silent though the line is open, until it answers again', async () => {
  vi.useFakeTimers()
  let answer = () => Promise.resolve(Response.json({ stocks: [] }))
  vi.stubGlobal('fetch', () => answer())
  const socket = new FakeSocket()
  socket.answersPings = true
  const channel = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', openSocket: () => socket, poll: () => Promise.reject(new Error()) })
  const stop = channel.start()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store: new MarketStore(), socket: channel }}>{children}</MarketContext>
    </QueryClientProvider>
  )
  socket.say({ type: 'snapshot', channel: 'market', epoch: 'e', seq: 1, data: snapshot({}) })
  const { result } = renderHook(useForeignPoll, { wrapper })
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
  await pass(2 * OLD_MS)
  expect(result.current).toBe(false)
  answer = () => Promise.reject(new Error('down'))
  await pass(OLD_MS + 5000)
  expect(result.current).toBe(true)
  answer = () => Promise.resolve(Response.json({ stocks: [] }))
  await pass(6000)
  expect(result.current).toBe(false)
  stop()
})
