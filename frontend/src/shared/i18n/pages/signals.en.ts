import type { Words } from '../words'
import type { signals as vi } from './signals.vi'

export const signals: Words<typeof vi> = {
  title: 'Signals', log: 'Signals, newest first', bell: 'Signals, {{count}} unread', bellNone: 'Signals',
  'severity.all': 'All', 'severity.CRITICAL': 'Critical', 'severity.WARNING': 'Warning', 'severity.INFO': 'Info', severities: 'Severity', types: 'Type',
  'type.VOLUME_SPIKE': 'Volume spike', 'type.PRICE_BREAKOUT': 'Ceiling / floor', 'type.FOREIGN_ACCELERATION': 'Foreign accel.', 'type.BASIS_DIVERGENCE': 'Basis flip',
  'say.volume.buy': 'Active buy of <b>{{volume}}</b> {{unit}} at {{price}}, 20-min mean {{average}}',
  'say.volume.sell': 'Active sell of <b>{{volume}}</b> {{unit}} at {{price}}, 20-min mean {{average}}',
  'say.volume.neutral': 'Print of <b>{{volume}}</b> {{unit}} at {{price}}, 20-min mean {{average}}',
  'say.ceiling': 'At the ceiling <b>{{price}}</b>', 'say.floor': 'At the floor <b>{{price}}</b>',
  'say.buying': 'Net <b>{{net}} bn</b>, 5 min ago {{before}} bn – buying faster', 'say.selling': 'Net <b>{{net}} bn</b>, 5 min ago {{before}} bn – selling faster',
  'say.toPremium': 'Basis <b>{{basis}}</b>, discount → premium', 'say.toDiscount': 'Basis <b>{{basis}}</b>, premium → discount',
  'unit.vnd': 'sh', 'unit.points': 'cts',
  'col.time': 'Time', 'col.severity': 'Severity', 'col.symbol': 'Symbol', 'col.type': 'Type', 'col.what': 'What happened', 'col.size': 'Size', 'col.actions': 'Actions',
  symbol: 'Filter by symbol', symbolPlaceholder: 'All symbols', unread: 'new', markRead: 'Mark all read', day: 'Session {{date}}', similar: '+{{count}} similar',
  showSimilar: 'Show {{count}} similar signals of {{symbol}}', hideSimilar: 'Hide similar signals of {{symbol}}',
  chart: 'Open the chart of {{symbol}}', mute: 'Mute {{symbol}}', unmute: 'Unmute {{symbol}}', isMuted: 'muted', isUnread: 'unread',
  soundOn: 'Sound for critical signals on', soundOff: 'Sound for critical signals off', soundWaits: 'The browser waits for a click on this page before it plays sound', csv: 'Download CSV',
  loading: 'Loading the signals', empty: 'No signals yet', emptyNote: 'They appear at once: volume spikes, ceilings and floors, accelerating foreign flow, a basis that changes sign.',
  noMatch: 'No signal matches the filter', clear: 'Clear filter', failed: 'The signals cannot be loaded', retry: 'Try again',
  toasts: 'Notices', dismiss: 'Close notice', open: 'See signals', more: '+{{count}} more',
  settings: 'How to be told', 'set.sound': 'Sound · critical only', 'set.toasts': 'Toasts (at most 3)', 'set.notifications': 'System notifications while the page is hidden · critical only',
  'set.notificationsDenied': 'The browser blocks notifications of this page.', 'set.awake': 'With sound or system notifications on, a hidden page keeps its connection.', 'set.asleep': 'A page hidden for a minute disconnects to save resources; switch the sound on to be told all the same.',
  today: 'This session', perQuarter: 'signals, every 15 min', histogram: 'Signals every 15 minutes', quarter: 'From', count: 'Signals',
  active: 'Most active symbols', 'active.volume': 'vol', 'active.price': 'price', 'active.foreign': 'foreign', 'active.basis': 'basis', muted: 'Muted symbols', noneMuted: 'No symbol is muted.',
}
