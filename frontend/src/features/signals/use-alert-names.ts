import { useMemo } from 'react'
import { useDerivatives } from '@/shared/market-store/market-context'

/** What a contract is called today: `VN30F1M` says more than `41I1GC000`. */
export function useAlertNames(): (symbol: string) => string {
  const contracts = useDerivatives()?.contracts
  const names = contracts?.map((contract) => `${contract.symbol} ${contract.alias ?? ''}`).join('|') ?? ''
  return useMemo(() => {
    const aliases = new Map(names.split('|').map((pair) => pair.split(' ') as [string, string]))
    return (symbol) => aliases.get(symbol) || symbol
  }, [names])
}
