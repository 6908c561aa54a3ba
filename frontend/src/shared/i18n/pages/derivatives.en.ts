import type { Words } from '../words'
import type { derivatives as vi } from './derivatives.vi'

export const derivatives: Words<typeof vi> = {
  title: 'Derivatives', cards: 'Derivatives at a glance', basis: 'Basis', premium: 'premium', discount: 'discount', even: 'at par', points: 'pts', old: 'old, of {{time}}',
  open: 'open', high: 'high', low: 'low', updated: 'updated {{time}}', flips: 'Sign changes today', lastFlip: 'last at {{time}}', noFlip: 'none so far',
  volume: 'Volume', contractsUnit: 'contracts', oi: 'Open interest', oiNone: 'not available from this source', expiry: 'Expiry', days_one: '{{count}} day', days_other: '{{count}} days', today: 'today',
  weekday: 'Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday',
  basisNote: '{{symbol}} − VN30, points', range: 'Range', 'r.30m': '30′', 'r.1h': '1h', 'r.day': 'Day', 'r.5d': '5D', 'rn.30m': '30 minutes', 'rn.1h': '1 hour', 'rn.day': 'The session', 'rn.5d': '5 sessions, the close of every 5 minutes',
  overlay: 'Contract and VN30', time: 'Time', missing: 'no points',
  convergence: 'Convergence', narrowing: 'narrowing', widening: 'widening', steady: 'steady', tooFew: 'too few points',
  slope: 'Slope, 10 min', perMinute: '{{value}} /min', before: '15 min ago', zero: 'At this pace, zero in', minutes: '{{count}} min', about: '≈ {{time}}',
  deviation: 'z-score, {{count}} earlier sessions', band: '±2σ · {{count}} sessions', dayRange: 'Basis open / high / low', gauge: 'Basis {{basis}}, {{trend}}',
  book: '{{name}} order book', spread: 'spread {{value}} · contracts', contracts: 'All contracts',
  'c.name': 'Contract', 'c.code': 'KRX code', 'c.expiry': 'Expiry', 'c.left': 'Left', 'c.price': 'Price', 'c.change': '+/−', 'c.pct': '%', 'c.bid': 'Bid', 'c.ask': 'Ask', 'c.volume': 'Volume', 'c.oi': 'OI', 'c.basis': 'Basis', 'c.basisPct': 'Basis %', 'c.updated': 'Updated',
  oiNote: 'Open interest and foreign flow of futures: not available from this source.', active: 'followed', toChart: 'Open the chart of {{name}}', staleBasis: 'old basis',
  loading: 'Waiting for derivatives', empty: 'No contract yet', emptyNote: 'The page appears with the first price of a contract.', noPoints: 'No basis points yet', noPointsNote: 'They need a fresh price of the contract and of VN30.', noHistory: 'The history could not be loaded',
}
