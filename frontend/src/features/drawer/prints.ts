import type { components } from '@/shared/api/schema.gen'
import type { Tick } from './symbol-history'

/** The tape: prints of the database up to a known volume of the day, then those heard since, newest first. */

export type TradeType = components['schemas']['TradeType']

export interface Print {
  key: string
  timestamp: string
  /** VND, or points of a future. */
  price: number
  volume: number
  type: TradeType
}

/** Enough for a glance; the history has the rest. */
export const PRINTS_MAX = 40

const ofTick = (tick: Tick): Print => ({
  key: `t${tick.total_volume}-${tick.timestamp}`,
  timestamp: tick.timestamp,
  price: tick.price,
  volume: tick.volume,
  type: tick.trade_type,
})

/**
 * `baseVolume`: the day's volume when listening began (null: unknown, all stored prints are taken). A stored print
 * beyond it has been heard live too, and is taken from there.
 */
export function joinPrints(stored: readonly Tick[], date: string | null | undefined, baseVolume: number | null, live: readonly Print[]): readonly Print[] {
  const before = stored.filter((tick) => (!date || tick.trading_date === date) && (baseVolume === null || tick.total_volume <= baseVolume))
  return [...live, ...before.map(ofTick)].slice(0, PRINTS_MAX)
}

/** Whether the database has caught up with what was traded before listening began. */
export const reaches = (stored: readonly Tick[] | undefined, baseVolume: number): boolean =>
  baseVolume === 0 || (stored?.some((tick) => tick.total_volume >= baseVolume) ?? false)
