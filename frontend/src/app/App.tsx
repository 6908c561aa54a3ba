import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { BrowserRouter, Route, Routes } from 'react-router'
import { AlertContext } from '@/shared/alerts/alert-context'
import type { AlertStore } from '@/shared/alerts/alert-store'
import { MarketContext, type Market } from '@/shared/market-store/market-context'
import { CrashScreen } from './CrashScreen'
import { NotFound } from './NotFound'
import { PAGES } from './pages'
import { SessionGate } from './SessionGate'
import { Shell } from './Shell'

/** Polls repeat by themselves, so a failed one is not tried again in between. */
const createQueryClient = () => new QueryClient({ defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } } })

export function App({ market, alerts }: { market: Market; alerts: AlertStore }) {
  const [queryClient] = useState(createQueryClient)
  return (
    <CrashScreen>
      <QueryClientProvider client={queryClient}>
        <MarketContext value={market}>
          <AlertContext value={alerts}>
            <BrowserRouter>
              <SessionGate>
                <Routes>
                  <Route element={<Shell />}>
                    {PAGES.map(({ path, Component }) => (
                      <Route key={path} path={path} element={<Component />} />
                    ))}
                    <Route path="*" element={<NotFound />} />
                  </Route>
                </Routes>
              </SessionGate>
            </BrowserRouter>
          </AlertContext>
        </MarketContext>
      </QueryClientProvider>
    </CrashScreen>
  )
}
