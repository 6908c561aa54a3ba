import { isWaitedFor } from '@/shared/alerts/alert-preferences'
import type { AlertStore } from '@/shared/alerts/alert-store'
import { createAlertStore } from '@/shared/alerts/create-alert-store'
import { alertsOfEvents, readAlerts } from '@/shared/alerts/read-alert'
import { fetchSnapshot } from '@/shared/api/client'
import type { MarketSnapshot } from '@/shared/api/models'
import type { Market } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { session } from '@/shared/session/session'
import { ChannelSocket } from '@/shared/ws/channel-socket'

/** A whole-market board is well served by four frames a second (UI.md 2.3). */
const PATH = '/ws/market?mode=delta&interval_ms=250'

/** The one socket of the dashboard and the stores it fills. Made once, outside React. */
export function createMarket(): { market: Market; alerts: AlertStore } {
  const store = new MarketStore()
  const alerts = createAlertStore()
  let used: string | null = null // the token of the last socket
  /** Without an answer the next socket is worth its try: it is closed with the same code again, later. */
  const renewed = async (): Promise<boolean> => (await session.recover(used)) || session.get().status !== 'locked'
  /** No token, or one that was taken back: another, or the way in, where the next token starts it again. */
  const recover = async (): Promise<void> => {
    const hadUser = session.get().status === 'in'
    if ((await session.recover(used)) && hadUser) socket.restart()
  }
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
    token: () => (used = session.token),
    refreshToken: renewed,
  })
  session.onToken((token, isOther) => (isOther ? socket.restart() : socket.extend(token)))
  socket.subscribeLink(() => {
    const { link, error } = socket.getLink()
    if (link === 'refused' && error === 'close_4401') void recover()
  })
  return { market: { store, socket }, alerts }
}
