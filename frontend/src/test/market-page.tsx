import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { MemoryRouter, useLocation } from 'react-router'
import { vi } from 'vitest'
import type { MarketSnapshot } from '@/shared/api/models'
import { MarketContext } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'

const Address = () => {
  const { pathname, search } = useLocation()
  return <output data-testid="address">{pathname + search}</output>
}

/** jsdom lays nothing out: charts wait for a size that never comes, and what they show is read from their tables. */
export function stubBrowser(answer: (url: URL) => unknown): void {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => setTimeout(() => frame(0), 0))
  vi.stubGlobal('ResizeObserver', class {
    observe = vi.fn()
    disconnect = vi.fn()
    unobserve = vi.fn()
  })
  vi.stubGlobal('fetch', (request: Request) => {
    const body = answer(new URL(request.url))
    return Promise.resolve(body instanceof Response ? body : Response.json(body))
  })
}

/** A page with a real store and a socket that stays silent; the test offers the market's states. */
export function showPage(page: ReactNode, address: string, state: MarketSnapshot | null): MarketStore {
  const store = new MarketStore()
  const socket = new ChannelSocket<MarketSnapshot>({ channel: 'market', url: () => 'ws://test', poll: () => Promise.reject(new Error()) })
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MarketContext value={{ store, socket }}>
        <MemoryRouter initialEntries={[address]}>
          {page}
          <Address />
        </MemoryRouter>
      </MarketContext>
    </QueryClientProvider>,
  )
  if (state) store.offer(state)
  return store
}
