import { useForeignPoll } from '@/features/board/use-foreign-poll'
import { Chart } from '@/features/chart/Chart'
import { SymbolAside } from '@/features/drawer/SymbolAside'
import { WatchButton } from '@/features/watchlist/WatchButton'

const renderPanel = (symbol: string) => <SymbolAside key={symbol} symbol={symbol} />
const renderActions = (symbol: string) => <WatchButton symbol={symbol} />

/** The chart, and beside it the book and the prints of its symbol. */
export function ChartPage() {
  useForeignPoll()
  return <Chart renderPanel={renderPanel} renderActions={renderActions} />
}
