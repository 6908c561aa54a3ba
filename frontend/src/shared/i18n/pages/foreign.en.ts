import type { Words } from '../words'
import type { foreign as vi } from './foreign.vi'

export const foreign: Words<typeof vi> = {
  title: 'Foreign flow', cards: 'Foreign totals', net: 'Foreign net', buy: 'Buy', sell: 'Sell', billion: 'bn', perMinute: 'bn/′',
  share: '{{share}} of turnover', estimated: 'values estimated',
  netSpeed: 'Net speed 5′', minuteAgo: 'a minute ago {{value}}', buySpeed: 'Buy speed', sellSpeed: 'Sell speed', acceleration: 'accel. {{value}}',
  speedNote: 'speeds in shares times the last price',
  'trend.buyingFaster': 'buying faster', 'trend.buyingSlower': 'buying slower', 'trend.sellingFaster': 'selling faster', 'trend.sellingSlower': 'selling slower', 'trend.steady': 'unchanged',
  breadth: 'Stocks', bought: 'buy', sold: 'sell', room: 'room full {{full}} · under 1% {{nearly}}',
  cumulative: 'Cumulative net', cumulativeNote: 'bn VND, matched, {{scope}}', mean: 'mean of {{days}} days before', range: 'Range',
  'range.30': '30′', 'range.60': '1h', 'range.day': 'Day', 'range.5d': '5 days',
  perMinuteFlow: 'net per minute', time: 'Time', noHistory: 'No history of the day yet', noDatabase: 'No database: the day cannot be drawn. The current figures are right.',
  bySector: 'Net by sector', sectorNote: 'bn VND', other: 'Other', pickSector: '{{sector}}: {{net}} bn, {{stocks}} stocks. Filter the table by sector',
  topBuy: 'Top net buys', topSell: 'Top net sells', nobody: 'None yet',
  detail: 'Detail', detailNote: '{{shown}}/{{all}} stocks', filter: 'Filter symbols', sides: 'Net side', 'side.all': 'All', 'side.buy': 'Net buys', 'side.sell': 'Net sells',
  csv: 'CSV', saveCsv: 'Save the table as CSV', noMatch: 'No symbol matches the filter', clear: 'Clear filter', empty: 'No foreign figures yet', old: 'REST does not answer – the foreign figures shown are as of {{time}}.',
  'col.symbol': 'Sym', 'col.buyVolume': 'Buy vol', 'col.sellVolume': 'Sell vol', 'col.buyValue': 'Buy', 'col.sellValue': 'Sell', 'col.net': 'Net, bn',
  'col.speed': 'Speed 5′', 'col.speedHint': 'Net volume a minute, mean of 5 minutes, shares', 'col.acceleration': 'Accel.', 'col.accelerationHint': 'How much the speed changed within the last minute, shares per minute', 'col.room': 'Room',
  'col.roomHint': 'What foreigners may still buy of their limit', full: 'full', table: 'Figures', chart: 'Chart', toChart: 'Chart of {{symbol}}',
}
