import { fetchSnapshot } from '@/shared/api/client'
import type { MarketSnapshot } from '@/shared/api/models'
import type { Market } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'

/** A whole-market board is well served by four frames a second (UI.md 2.3). */
const PATH = '/ws/market?mode=delta&interval_ms=250'

/** The one socket of the dashboard and the store it fills. Made once, outside React. */
export function createMarket(): Market {
  const store = new MarketStore()
  const socket = new ChannelSocket<MarketSnapshot>({
    channel: 'market',
    url: () => `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}${PATH}`,
    poll: fetchSnapshot,
    onData: (snapshot, isContinuation) => store.offer(snapshot, isContinuation),
    feedOf: (snapshot) => snapshot.feed,
  })
  return { store, socket }
}
