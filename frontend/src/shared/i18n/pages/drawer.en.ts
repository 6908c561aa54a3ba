import type { Words } from '../words'
import type { drawer as vi } from './drawer.vi'

export const drawer: Words<typeof vi> = {
  title: 'Symbol details', of: 'Details of {{symbol}}', close: 'Close details', chart: 'Open the chart of {{symbol}}', unknown: 'No figures of {{symbol}} among the tracked symbols yet.',
  loading: 'Loading…', noPrice: 'No trade yet', volume: 'Vol', contracts: 'Cts', value: 'Val', floor: 'Floor', reference: 'Ref', ceiling: 'Ceil',
  atCeiling: 'At the ceiling', atFloor: 'At the floor',
  auction: '{{phase}} auction', threeLevels: 'best 3 levels', indicative: 'Indicative price', noIndicative: 'not sent yet', imbalance: 'Imbalance, bids − asks', moreBids: 'more bids', moreAsks: 'more asks',
  depth: 'Depth, 3 levels', rest: 'bids {{bids}} · asks {{asks}}',
  day: 'Intraday', low: 'low', average: 'avg', high: 'high', dayTable: 'Price over the day', time: 'Time', priceColumn: 'Price', noHistory: 'No history to be had: what was before is missing.',
  active: 'Aggressor', activeNote: 'whole day; auctions are neutral',
  foreign: 'Foreign', room: 'room {{share}}%', foreignBuy: 'Buy', foreignSell: 'Sell', net: 'Net', speed: 'Speed 5′', perMinute: 'sh/′',
  noForeign: 'No foreign figures yet', notFromSource: 'This source has no foreign figures of futures',
  alerts: 'Signals', noAlerts: 'No signal yet', alertsFailed: 'The signals cannot be read', volumeSpike: 'Volume spike', foreignBuying: 'Foreign buying speeds up', foreignSelling: 'Foreign selling speeds up', basisTurned: 'Basis changed sign',
  prints: 'Last trades', printsNote: 'B active buy · S sell', printVolume: 'Volume', side: 'Aggressor', noPrints: 'No trade yet', printsCut: 'No history to be had: only trades since this was opened.',
  'side.buy': 'B', 'side.sell': 'S', 'side.neutral': '–', 'sideWord.buy': 'active buy', 'sideWord.sell': 'active sell', 'sideWord.neutral': 'undetermined',
}
