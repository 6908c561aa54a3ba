import type { Words } from '../words'
import type { volume as vi } from './volume.vi'

export const volume: Words<typeof vi> = {
  title: 'Volume analysis', lists: 'Lists', all: 'All', sector: 'Sector', sectorNone: 'Sector…', parts: 'Part of the day', rule: 'aggressor from the last quote before each print; auctions have no side',
  'part.all': 'Whole day', 'part.ato': 'ATO', 'part.continuous': 'Continuous', 'part.atc': 'ATC', 'part.plo': 'PLO', 'part.other': 'Other',
  cards: 'Active volume totals', activeBuy: 'active buy', activeSell: 'active sell', neutral: 'unclassified', million: 'M', millionShares: 'M sh', shares: 'sh', billion: 'bn',
  net: 'Net', netDay: 'day {{value}} bn', lastMinutes: 'Last 5 minutes', buyWord: 'buy', day: 'day {{share}} of active volume', agreement: 'Agreement with SSI', missed: 'missed {{volume}} sh · {{share}}', noComparison: 'no prints to compare yet',
  byPhase: 'By session phase', byPhaseNote: 'M shares', auction: 'auction – no side', unsided: 'no side known', ahead: 'in {{time}}', waiting: 'not yet', over: 'nothing traded', now: 'running',
  perMinute: 'Per minute', cumulative: 'cumulative net', range: 'Range', 'range.30': '30′', 'range.60': '1h', 'range.day': 'Day', time: 'Time', noHistory: 'No trades yet today',
  noDatabase: 'No database: the minutes cannot be drawn. The current figures are right.', table: 'Figures', chart: 'Chart',
  pressure: 'Pressure by symbol', empty: 'No trades yet', csv: 'CSV', saveCsv: 'Save the table as CSV',
  'col.symbol': 'Sym', 'col.price': 'Price', 'col.percent': '%', 'col.buy': 'Act. buy', 'col.neutral': 'Unclass.', 'col.sell': 'Act. sell', 'col.ratio': 'Ratio', 'col.ratioHint': 'Buy, unclassified, sell; tick at 50%',
  'col.buyShare': '% buy', 'col.buyShareHint': 'Active buying in what has a side', 'col.net': 'Net, bn', 'col.netHint': 'Value of active buying less active selling, whole day', 'col.ato': 'ATO', 'col.continuous': 'Contin.', 'col.atc': 'ATC', 'col.total': 'Volume',
  'col.trend': '% buy over the day', 'col.trendHint': 'Active buying per 15 minutes; line at 50%', 'col.missed': 'Missed', 'col.missedHint': 'Traded as the total volume shows, but never received as a print', 'col.agreement': 'vs SSI', 'col.agreementHint': 'Prints on which our side is that of SSI',
  watch: 'Own watchlist', watchNone: '★ Watchlists…',
}
