import { fetchSnapshot } from '@/shared/api/client'
import type { MarketSnapshot } from '@/shared/api/models'
import type { Market } from '@/shared/market-store/market-context'
import { MarketStore } from '@/shared/market-store/market-store'
import { ChannelSocket } from '@/shared/ws/channel-socket'

/** The one socket of the dashboard and the store it fills. Made once, outside React. */
export function createMarket(): Market {
  const store = new MarketStore()
  const socket = new ChannelSocket<MarketSnapshot>({
    url: () => `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}/ws/market`,
    poll: fetchSnapshot,
    onData: (snapshot) => store.offer(snapshot),
    feedOf: (snapshot) => snapshot.feed,
  })
  return { store, socket }
}
