import type { Words } from '../words'
import type { chart as vi } from './chart.vi'

export const chart: Words<typeof vi> = {
  title: 'Chart', heading: 'Chart of {{symbol}}', interval: 'Interval', range: 'Range', layers: 'Layers', symbols: 'Symbols',
  futures: 'Futures', indices: 'Indices', stocks: 'VN30',
  'i.1m': '1′', 'i.5m': '5′', 'i.15m': '15′', 'i.30m': '30′', 'i.1h': '1h', 'i.1d': 'D',
  'in.1m': '1 minute', 'in.5m': '5 minutes', 'in.15m': '15 minutes', 'in.30m': '30 minutes', 'in.1h': '1 hour', 'in.1d': '1 day',
  'r.1D': 'Day', 'r.5D': '5D', 'r.1M': '1M', 'r.6M': '6M', 'r.1Y': '1Y',
  'rn.1D': '1 session', 'rn.5D': '5 sessions', 'rn.1M': '1 month', 'rn.6M': '6 months', 'rn.1Y': '1 year',
  'l.ma': 'MA', 'l.volume': 'Vol', 'l.delta': 'Aggr.', 'l.foreign': 'Fgn', 'l.vn30': 'VN30',
  'ln.ma': 'Moving averages of 20 and 50', 'ln.volume': 'Volume', 'ln.delta': 'Active buying less active selling', 'ln.foreign': 'Net foreign flow', 'ln.vn30': 'VN30 from the same start',
  'p.volume': 'Volume', 'p.delta': 'Active buying − selling', 'p.foreign': 'Foreign net, bn', 'p.foreignDays': 'Foreign net, bn · last {{days}} sessions',
  candles: 'Candles, {{interval}}', open: 'O', high: 'H', low: 'L', close: 'C', volume: 'Vol', delta: 'Aggr.',
  ceiling: 'Ceil', ref: 'Ref', floor: 'Floor', ma: 'MA{{span}}', overlay: 'VN30 (same start)',
  gaps_one: '{{count}} gap in the data', gaps_other: '{{count}} gaps in the data', gapSince: 'since {{from}}', gapSpan: '{{from}} – {{to}}', gapStart: 'start of the day', gapNow: 'now', gapVolume: '{{volume}} missing',
  note: 'Bars cover the continuous session and auctions; lunch has none', time: 'Time', expired: 'This contract is no longer listed', index: 'Index',
  loading: 'Loading the chart', empty: 'No bars yet', emptyNote: 'The first bar appears with the first trade.',
  noSymbol: 'No symbol yet', unknown: 'There is no symbol {{symbol}}', noDatabase: 'The history is not available', noDatabaseNote: 'The database cannot be reached; live prices go on.', failed: 'The history could not be loaded', retry: 'Retry',
  closeSymbols: 'Close the list of symbols', facts: '{{symbol}} today', prior: 'Prior close', change: 'Change', advances: 'Advances (ceiling)', noChanges: 'Unchanged', declines: 'Declines (floor)', advanceRatio: 'Advance ratio', turnover: 'Turnover', dayVolume: 'Volume', putThrough: 'Put-through', updated: 'Updated',
}
