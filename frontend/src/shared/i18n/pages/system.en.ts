import type { Words } from '../words'
import type { system as vi } from './system.vi'

export const system: Words<typeof vi> = {
  title: 'System', views: 'Parts', 'view.overview': 'Overview', 'view.console': 'Console',
  feed: 'Feed', since: 'since {{time}}', lag: 'Lag p99', lagMedian: 'p50 {{s}} s', silence: 'Silence', silenceLimit: 'reconnects after FEED_STALL_S in session', reconnects: 'Reconnects', sinceStart: 'since the start',
  missed: 'Missed volume', missedNote_one: 'since the start · {{count}} gap open', missedNote_other: 'since the start · {{count}} gaps open', agreement: 'Side agrees with SSI', agreementNote: 'continuous trading', backlog: 'Write backlog', rows: 'rows', oldest: 'oldest {{s}} s', noSpool: 'no history is kept',
  version: 'Version', dashboardVersion: 'dashboard {{version}}',
  channels: 'Channels of the feed', channel: 'Channel', content: 'Content', state: 'State', age: 'Last message', perSecond: 'Msg/s', messages: 'Since start',
  'of.X-TRADE': 'prints', 'of.X-QUOTE': 'quotes, 3 levels', 'of.X': 'prints and quotes', 'of.R': 'foreign', 'of.MI': 'indices, 5 s beat', 'of.B': 'minute bars', 'of.F': 'symbol status', 'of.OL': 'odd lots',
  lagTitle: 'Lag, exchange to server', messagesTitle: 'Messages per second', noMessages: 'No messages to measure.', collecting: 'Collecting figures…', noMetrics: 'The server’s figures cannot be read: lag, rates and rejections stay empty.',
  rejected: 'Rejected by reason', noneRejected: 'No message was rejected.',
  clients_one: '{{count}} connection', clients_other: '{{count}} connections', clientCount: 'Clients', frames: 'Frames/s', skips: 'Skipped', push: 'Push p99', closes: 'Closes by code', sessions: 'Sessions', sessionFigures: '{{subscriptions}} subscriptions · {{resumes}} resumes · {{saved}} saved',
  client: '{{path}} · {{frames}} frames · {{kb}} kB · {{skips}} skipped · {{unsent}} B unsent', operatorsOnly: 'Details of the connections are for operators: open this from the machine itself, or with a token.', unreachable: 'Cannot be read',
  gaps: 'Gap ledger', gapsNote: 'volume traded but never shown', gapTime: 'Time', symbol: 'Symbol', gapCount_one: '{{count}} gap', gapCount_other: '{{count}} gaps', gapsAtLeast: '{{count}}+ gaps', volume: 'Missing, sh or cts', cause: 'Cause', repair: 'Candles', repaired: 'repaired', open: 'open', lasting: 'lasting', wholeFeed: 'whole feed', noGaps: 'There are no gaps.', noDatabase: 'There is no database, so the ledger cannot be read.',
  database: 'Database', dbConnected: 'connected', dbUnavailable: 'unavailable', dbOff: 'not used', table: 'Table', rowsPerSecond: 'rows/s', pool: 'Connections', spool: 'Spool', spoolFigures: '{{rows}} rows · oldest {{s}} s', deadRows: 'Dead rows',
  refusing: 'Refusing rows', refusingNote: 'the disk is nearly full', failing: 'Spool file fails', failingNote: 'new rows wait in memory',
  'console.path': 'Path', 'console.mode': 'Mode', 'console.symbols': 'Symbols', 'console.token': 'Token (if any)', 'console.connect': 'Connect', 'console.close': 'Close', 'console.resume': 'Resume',
  'console.resumeHint': 'Connect again with the last session_id and position: what was missed comes first', 'console.state': 'State', 'console.idle': 'Not connected', 'console.connecting': 'Connecting', 'console.open': 'Connected', 'console.closed': 'Closed',
  'console.preset': 'Preset', 'console.own': 'own text', 'console.message': 'Message (JSON)', 'console.send': 'Send', 'console.frames': 'Frames', 'console.counts': '{{received}} received · {{shown}} shown · {{dropped}} old ones dropped', 'console.filter': 'Filter', 'console.hold': 'Hold', 'console.goOn': 'Go on', 'console.clear': 'Clear',
  'console.none': 'No frames yet. Connect, then send a subscription.', 'console.noneFound': 'No frame matches the filter.', 'console.cut': 'cut, {{size}} characters in all', 'console.in': 'received', 'console.out': 'sent', 'console.note': 'note',
  'console.hint': 'This is a connection of its own and counts towards the limit per address. It closes when you leave this part.',
  'close.1000': 'normal', 'close.1006': 'connection lost', 'close.4400': 'malformed request', 'close.4401': 'token missing or wrong', 'close.4402': 'token expired', 'close.4403': 'not allowed', 'close.4408': 'too slow', 'close.4410': 'server shutting down', 'close.4412': 'no pong', 'close.4429': 'too many connections or messages',
}
