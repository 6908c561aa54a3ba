import { useSyncExternalStore } from 'react'
import type { FeedStatus } from '@/shared/api/models'
import type { ChannelSocket } from './channel-socket'
import type { LinkState } from './link-state'

export interface WebSocketView<T> {
  data: T | null
  status: FeedStatus | null
  error: string | null
  /** Frames arrive over the socket. Whether the feed behind it is live is for `status` to say. */
  isLive: boolean
  reconnect: () => void
}

/** Re-renders when the link changes, not with each frame. */
export function useLink<T extends object>(socket: ChannelSocket<T>): LinkState {
  return useSyncExternalStore(socket.subscribeLink, socket.getLink)
}

/** Re-renders with each frame: for small components and pages that show the whole state. */
export function useWebSocket<T extends object>(socket: ChannelSocket<T>): WebSocketView<T> {
  const link = useLink(socket)
  const data = useSyncExternalStore(socket.subscribeData, socket.getData)
  return { data, status: link.status, error: link.error, isLive: link.link === 'open', reconnect: socket.reconnect }
}
