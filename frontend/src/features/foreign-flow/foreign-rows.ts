import type { ForeignInvestorData } from '@/shared/api/models'
import { priceBand, type Band } from '@/shared/format/price-band'
import type { SymbolState } from '@/shared/market-store/market-store'

/** A stock's foreign flow beside its price. Volumes and speeds in shares (per minute), values in VND. */
export interface ForeignRow {
  symbol: string
  flow: ForeignInvestorData
  sector: string | null
  band: Band | ''
  changePct: number | null
  /** VND; 0 before the first price. */
  lastPrice: number
  turnover: number
  net: number
  /** Net shares a minute over five minutes, and how that changed within the last one. */
  netSpeed: number
  netAcceleration: number
  /** What foreigners may still buy, in percent of their limit; null without a limit. */
  roomPct: number | null
}

const roomPct = ({ current_room: left, total_room: all }: ForeignInvestorData): number | null => (all ? ((left ?? 0) / all) * 100 : null)

export function foreignRows(
  flows: readonly ForeignInvestorData[],
  states: readonly SymbolState[],
  sectorOf: (symbol: string) => string | null,
): readonly ForeignRow[] {
  const bySymbol = new Map(states.map((state) => [state.symbol, state.price]))
  return flows.map((flow) => {
    const price = bySymbol.get(flow.symbol)
    return {
      symbol: flow.symbol,
      flow,
      sector: sectorOf(flow.symbol),
      band: price ? priceBand(price.last_price, price) : '',
      changePct: price?.last_price ? (price.change_pct ?? null) : null,
      lastPrice: price?.last_price ?? 0,
      turnover: price?.total_value ?? 0,
      net: flow.net_value ?? 0,
      netSpeed: (flow.buy_speed_per_min ?? 0) - (flow.sell_speed_per_min ?? 0),
      netAcceleration: (flow.buy_acceleration ?? 0) - (flow.sell_acceleration ?? 0),
      roomPct: roomPct(flow),
    }
  })
}

export const SIDES = ['all', 'buy', 'sell'] as const
export type Side = (typeof SIDES)[number]

export interface ForeignFilter {
  text: string
  side: Side
  sector: string | null
}

/** Stocks in no sector go under this name. */
export const NO_SECTOR = 'other'

export function filterRows(rows: readonly ForeignRow[], { text, side, sector }: ForeignFilter): readonly ForeignRow[] {
  const wanted = text.trim().toUpperCase()
  return rows.filter(
    (row) =>
      (!wanted || row.symbol.includes(wanted)) &&
      (side === 'all' || (side === 'buy' ? row.net > 0 : row.net < 0)) &&
      (!sector || (row.sector ?? NO_SECTOR) === sector),
  )
}
