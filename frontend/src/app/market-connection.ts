import { isWaitedFor } from '@/shared/alerts/alert-preferences'
import type { AlertStore } from '@/shared/alerts/alert-store'
import { createAlertStore } from '@/shared/alerts/create-alert-store'
import { alertsOfEvents, readAlerts } from '@/shared/alerts/read-alert'
import { fetchSnapshot } from '@/shared/api/client'
import type { MarketSnapshot } from '@/shared/api/models'
import type { Market } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'

/** A whole-market board is well served by four frames a second (UI.md 2.3). */
const PATH = '/ws/market?mode=delta&interval_ms=250'

/** The one socket of the dashboard and the stores it fills. Made once, outside React. */
export function createMarket(): { market: Market; alerts: AlertStore } {
  const store = new MarketStore()
  const alerts = createAlertStore()
  const socket = new ChannelSocket<MarketSnapshot>({
    channel: 'market',
    url: () => `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}${PATH}`,
    poll: fetchSnapshot,
    onData: (snapshot, isContinuation) => store.offer(snapshot, isContinuation),
    feedOf: (snapshot) => snapshot.feed,
    greeting: { action: 'subscribe', channels: ['alerts'] },
    onList: (_channel, items) => alerts.offerList(readAlerts(items)),
    onEvents: (messages) => alerts.offerEvents(alertsOfEvents(messages)),
    staysAwake: isWaitedFor,
  })
  return { market: { store, socket }, alerts }
}
