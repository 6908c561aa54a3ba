import { useQuery } from '@tanstack/react-query'
import { fetchVn30 } from '@/shared/api/client'
import type { DerivativesData, PriceData } from '@/shared/api/models'
import type { PriceUnit } from '@/shared/format/board-number'
import { useDerivatives, useIndex, useSession, useSymbol } from '@/shared/market-store/market-context'

/** What is shown when no symbol is asked for: the contract most traded now, which is never one that has expired. */
export function useChosenSymbol(asked: string | null): string | null {
  const derivatives = useDerivatives()
  const session = useSession()
  const vn30 = useVn30Symbols()
  if (asked) return codeOf(asked, derivatives)
  if (!session) return null // before the market is known, any choice would be changed a moment later
  return derivatives?.symbol ?? vn30[0] ?? null
}

/** `VN30F1M` and its kin stand for today's contract. */
export const codeOf = (asked: string, derivatives: DerivativesData | null): string =>
  derivatives?.contracts?.find((contract) => contract.alias === asked)?.symbol ?? asked

const NONE: readonly string[] = []

export function useVn30Symbols(): readonly string[] {
  const { data } = useQuery({ queryKey: ['vn30'], queryFn: ({ signal }) => fetchVn30(signal), staleTime: Infinity })
  return data ?? NONE
}

export interface Instrument {
  readonly symbol: string
  readonly unit: PriceUnit
  readonly kind: 'stock' | 'future' | 'index'
  /** VN30F1M for a contract code. */
  readonly alias: string | null
  readonly exchange: string | null
  readonly price: PriceData | null
  readonly last: number | null
  readonly change: number | null
  readonly changePct: number | null
  readonly isExpired: boolean
}

const FUTURE = /^(VN30F|41I1)/

export function useInstrument(symbol: string): Instrument {
  const state = useSymbol(symbol)
  const index = useIndex(symbol)
  const derivatives = useDerivatives()
  if (index) {
    return {
      symbol, unit: 'points', kind: 'index', alias: null, exchange: null, price: null,
      last: index.value, change: index.change, changePct: index.ratio_change, isExpired: false,
    }
  }
  const isFuture = state?.price.exchange === 'DERIVATIVES' || FUTURE.test(symbol)
  const isExpired = isFuture && derivatives !== null && !derivatives.contracts?.some((contract) => contract.symbol === symbol)
  return {
    symbol,
    unit: isFuture ? 'points' : 'vnd',
    kind: isFuture ? 'future' : 'stock',
    alias: state?.contract?.alias ?? null,
    exchange: state?.price.exchange ?? null,
    price: isExpired ? null : (state?.price ?? null),
    last: state?.price.last_price ?? null,
    change: state?.price.change ?? null,
    changePct: state?.price.change_pct ?? null,
    isExpired,
  }
}
