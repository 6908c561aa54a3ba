import type { AuditRow, SessionBreakdown, SessionStats } from '@/shared/api/models'
import { priceBand, type Band } from '@/shared/format/price-band'
import type { SymbolState } from '@/shared/market-store/market-store'

/** Who was the aggressor: sums over symbols and parts of the day. Volumes in shares, values in VND. */

export const PHASES = ['ato', 'continuous', 'atc', 'plo', 'other'] as const
export type DayPhase = (typeof PHASES)[number]
/** What of the day is shown: all of it or one phase. */
export const PARTS = ['all', 'ato', 'continuous', 'atc'] as const
export type DayPart = (typeof PARTS)[number]

export interface Sides {
  buy: number
  sell: number
  neutral: number
  total: number
}

export const NO_SIDES: Sides = { buy: 0, sell: 0, neutral: 0, total: 0 }

const sidesOf = (part: SessionBreakdown | SessionStats | null | undefined): Sides => ({
  buy: part?.mua_chu_dong_volume ?? 0,
  sell: part?.ban_chu_dong_volume ?? 0,
  neutral: part?.neutral_volume ?? 0,
  total: part?.total_volume ?? 0,
})

export const sidesOfPart = (stats: SessionStats | undefined, part: DayPart | DayPhase): Sides => sidesOf(part === 'all' ? stats : stats?.[part])

export const addSides = (a: Sides, b: Sides): Sides => ({ buy: a.buy + b.buy, sell: a.sell + b.sell, neutral: a.neutral + b.neutral, total: a.total + b.total })

/** Active buying as a share of what has a side, in percent; null where nothing has one. */
export const buyShare = ({ buy, sell }: Sides): number | null => (buy + sell ? (buy / (buy + sell)) * 100 : null)

export interface VolumeRow {
  symbol: string
  band: Band | ''
  lastPrice: number
  changePct: number | null
  /** Of the part of the day that is shown. */
  sides: Sides
  buyShare: number | null
  /** Active buying less active selling of the whole day, VND. */
  netValue: number
  ato: number
  continuous: number
  atc: number
  missed: number
  /** Prints on which SSI's flag and our side agree, in percent; null where none could be compared. */
  agreement: number | null
}

export function volumeRows(
  states: readonly SymbolState[],
  stats: Readonly<Record<string, SessionStats>>,
  audit: Readonly<Record<string, AuditRow>>,
  part: DayPart,
): readonly VolumeRow[] {
  return states.map(({ symbol, price }) => {
    const day = stats[symbol]
    const sides = sidesOfPart(day, part)
    const ratio = audit[symbol]?.agreement_ratio
    return {
      symbol,
      band: priceBand(price.last_price, price),
      lastPrice: price.last_price ?? 0,
      changePct: price.last_price ? (price.change_pct ?? null) : null,
      sides,
      buyShare: buyShare(sides),
      netValue: (day?.mua_chu_dong_value ?? 0) - (day?.ban_chu_dong_value ?? 0),
      ato: day?.ato?.total_volume ?? 0,
      continuous: day?.continuous?.total_volume ?? 0,
      atc: day?.atc?.total_volume ?? 0,
      missed: day?.missed_volume ?? 0,
      agreement: ratio == null ? null : ratio * 100,
    }
  })
}

export interface VolumeTotals {
  part: Sides
  netValue: number
  missed: number
  byPhase: Record<DayPhase, Sides>
}

export function volumeTotals(symbols: readonly string[], stats: Readonly<Record<string, SessionStats>>, part: DayPart): VolumeTotals {
  const totals: VolumeTotals = {
    part: NO_SIDES,
    netValue: 0,
    missed: 0,
    byPhase: { ato: NO_SIDES, continuous: NO_SIDES, atc: NO_SIDES, plo: NO_SIDES, other: NO_SIDES },
  }
  for (const symbol of symbols) {
    const day = stats[symbol]
    if (!day) continue
    totals.part = addSides(totals.part, sidesOfPart(day, part))
    totals.netValue += (day.mua_chu_dong_value ?? 0) - (day.ban_chu_dong_value ?? 0)
    totals.missed += day.missed_volume ?? 0
    for (const phase of PHASES) totals.byPhase[phase] = addSides(totals.byPhase[phase], sidesOfPart(day, phase))
  }
  return totals
}

/** Over all symbols: of the prints on which both decided, how many agree, in percent. */
export function agreementOf(symbols: readonly string[], audit: Readonly<Record<string, AuditRow>>): number | null {
  let compared = 0
  let agreed = 0
  for (const symbol of symbols) {
    compared += audit[symbol]?.compared ?? 0
    agreed += audit[symbol]?.agreed ?? 0
  }
  return compared ? (agreed / compared) * 100 : null
}
