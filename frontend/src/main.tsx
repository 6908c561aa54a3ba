import '@fontsource-variable/inter/wght.css'
import '@/shared/styles/global.css'
import { createRoot } from 'react-dom/client'
import { App } from '@/app/App'
import { createMarket } from '@/app/market-connection'
import { initI18n } from '@/shared/i18n/i18n'
import { session } from '@/shared/session/session'
import { followPreferences, usePreferences } from '@/shared/preferences/preferences'

async function start(root: HTMLElement): Promise<void> {
  const { market, alerts } = createMarket()
  void session.restore().then(() => market.socket.start()) // before the first paint: the handshake and the rendering overlap
  await initI18n(usePreferences.getState().language)
  followPreferences()
  createRoot(root).render(<App market={market} alerts={alerts} />)
}

const root = document.getElementById('root')
if (root) void start(root)
