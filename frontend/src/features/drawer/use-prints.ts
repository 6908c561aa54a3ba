import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useMarket, useSession } from '@/shared/market-store/market-context'
import type { TopicMessage } from '@/shared/ws/event-desk'
import { useLink } from '@/shared/ws/use-web-socket'
import { joinPrints, PRINTS_MAX, reaches, type Print, type TradeType } from './prints'
import { fetchTicks, type Tick } from './symbol-history'

interface TradeEvent extends TopicMessage {
  seq: number
  price: number
  volume: number
  trade_type: TradeType
  timestamp: string
}
interface Heard {
  symbol: string
  /** Of the topic's snapshot: another one begins the tape anew. */
  seq: number
  baseVolume: number
  live: readonly Print[]
}

const CATCH_UP_MS = 2000 // the database is written to in batches
const CATCH_UPS_MAX = 4
const POLL_MS = 5000
const NONE: readonly Tick[] = []

const isTrade = (message: TopicMessage): message is TradeEvent => message.type === 'trade'

function baseVolumeOf(message: TopicMessage): number {
  const { data } = message as { data?: { session_stats?: { total_volume?: number } } }
  return data?.session_stats?.total_volume ?? 0
}

function hear(heard: Heard | null, symbol: string, message: TopicMessage): Heard | null {
  if (message.type === 'snapshot') return { symbol, seq: (message as TopicMessage & { seq: number }).seq, baseVolume: baseVolumeOf(message), live: [] }
  if (!heard || !isTrade(message)) return heard
  const { seq, timestamp, price, volume, trade_type: type } = message
  return { ...heard, live: [{ key: `s${seq}`, timestamp, price, volume, type }, ...heard.live].slice(0, PRINTS_MAX) }
}

export interface Tape {
  prints: readonly Print[]
  isLoading: boolean
  /** The prints before this panel was opened could not be had. */
  isCut: boolean
}

/** Last prints of a symbol: each as it happens while the socket is open, asked for again and again while it is not. */
export function usePrints(symbol: string): Tape {
  const { socket } = useMarket()
  const { link } = useLink(socket)
  const date = useSession()?.trading_date
  const [state, setState] = useState<Heard | null>(null)
  // What was heard stays while nothing arrives (dimmed, as everything is then); a poll says it anew.
  const heard = state?.symbol === symbol && link !== 'polling' ? state : null
  useEffect(() => socket.events.listenSymbol(symbol, (message) => setState((current) => hear(current?.symbol === symbol ? current : null, symbol, message))), [socket, symbol])

  const isPolling = link === 'polling'
  const { data, isPending, isError } = useQuery({
    queryKey: ['ticks', symbol, isPolling ? 'poll' : (heard?.seq ?? null)],
    queryFn: ({ signal }) => fetchTicks(symbol, PRINTS_MAX, signal),
    enabled: isPolling || heard !== null,
    refetchInterval: (query) => {
      if (isPolling) return POLL_MS
      const { data: stored, dataUpdateCount, error } = query.state
      return error || reaches(stored, heard?.baseVolume ?? 0) || dataUpdateCount >= CATCH_UPS_MAX ? false : CATCH_UP_MS
    },
    placeholderData: (previous, query) => (query?.queryKey[1] === symbol ? previous : undefined),
  })
  const prints = useMemo(
    () => joinPrints(data ?? NONE, date, heard ? heard.baseVolume : null, heard?.live ?? []),
    [data, date, heard],
  )
  return { prints, isLoading: isPending && !isError && !prints.length, isCut: isError }
}
