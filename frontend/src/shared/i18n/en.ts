import { foreign } from './pages/foreign.en'
import { volume } from './pages/volume.en'
import { derivatives } from './pages/derivatives.en'
import { signals } from './pages/signals.en'
import { chart } from './pages/chart.en'
import { system } from './pages/system.en'
import { drawer } from './pages/drawer.en'
import { watchlist } from './pages/watchlist.en'
import { replay } from './pages/replay.en'
import type { Dictionary } from './vi'

export const en: Dictionary = {
  app: { loading: 'Loading the page…', skip: 'Skip to the board', notFound: 'There is no such page', toBoard: 'Back to the board', crash: 'The screen has failed', reload: 'Reload' },
  nav: {
    key: 'Key {{key}}', more: 'More pages', label: 'Pages', board: 'Price board', foreign: 'Foreign flow', volume: 'Volume analysis', derivatives: 'Derivatives', signals: 'Signals', chart: 'Chart', system: 'System',
  },
  navShort: { board: 'Board', foreign: 'Foreign', volume: 'Volume', derivatives: 'Futures', signals: 'Signals', chart: 'Chart', system: 'System' },
  search: { label: 'Find symbol', placeholder: 'Symbol…', empty: 'No such symbol' },
  prefs: {
    language: 'Language', palette: 'Palette', theme: 'Theme', menu: 'Settings', close: 'Close',
    toLight: 'Switch to light theme', toDark: 'Switch to dark theme', light: 'Light', dark: 'Dark',
    'red-up': 'Red up · Green down', vn: 'Green up · Red down', safe: 'Blue up · Orange down',
    'red-up-note': 'default', 'vn-note': 'as on HOSE boards', 'safe-note': 'colour-safe',
    welcome: 'Pick colours for up and down', welcomeNote: 'You can change them at any time at the top right. Fuchsia ceiling, cyan floor and yellow reference stay as they are.',
    keep: 'Use these colours',
  },
  account: {
    title: 'Log in', titleToken: 'Enter the access token', name: 'User name', password: 'Password', token: 'Access token', logIn: 'Log in', logOut: 'Log out', busy: 'Checking…',
    wrong: 'Wrong name or password.', wrongToken: 'Wrong access token.', lockedOut: 'Too many failed attempts. Try again in {{count}} s.', again: 'You can try again.',
    unreachable: 'The server cannot be reached.', unavailable: 'The server cannot check this right now. Try again in a few seconds.', lookOnly: 'Look without logging in', guest: 'Guest', shared: 'Shared token',
  },
  keys: {
    title: 'Keyboard shortcuts', open: 'Keyboard shortcuts', close: 'Close', search: 'Find a symbol', help: 'Open this list',
    searchChart: 'In the search field: open the chart', escape: 'Close the details', pages: 'Go to a page',
    move: 'Move between cells', ends: 'First, last column; with Ctrl: first, last row', page: 'A page up, down', read: 'Read the active row',
    sort: 'In the header row: sort by the column', select: 'Open, close the details',
  },
  indices: {
    label: 'Indices', breadth: '{{up}} up ({{ceil}} at ceiling), {{flat}} unchanged, {{down}} down ({{floor}} at floor)',
    billion: 'bn', basis: 'Basis', expiry: 'exp. {{date}}', contracts: 'cts', stale: 'old',
    waiting: 'waiting for data',
  },
  sector: { banks: 'Banks', realEstate: 'Real Estate', food: 'Food & Beverage', finance: 'Financial Services', chemicals: 'Chemicals', resources: 'Basic Resources', technology: 'Technology', retail: 'Retail', utilities: 'Utilities', oil: 'Oil & Gas', travel: 'Travel & Leisure' },
  phase: {
    pre_open: 'Pre-open', ato: 'ATO', continuous: 'Continuous', lunch: 'Lunch', atc: 'ATC', plo: 'PLO', put_through: 'Put-through',
    closed: 'Closed', halted: 'Halted', unknown: 'Unknown phase',
  },
  session: {
    label: 'Session and data source', final: 'final', next: '{{phase}} in {{time}}', clock: 'Market time', details: 'Session and source details',
    exchange: 'Exchange', phase: 'Phase', source: 'Source', state: 'State', muted: 'mute', noAges: 'No figures per channel yet',
  },
  exchange: { HOSE: 'HOSE', HNX: 'HNX', UPCOM: 'UPCoM', DERIVATIVES: 'Futures' },
  source: { ssi: 'SSI', simulator: 'Simulator', replay: 'Replay' },
  sourceTag: { ssi: 'SSI', simulator: 'SIMULATED', replay: 'REPLAY' },
  feed: {
    connecting: 'Connecting', live: 'Live', replaying: 'Replaying', quiet: 'Quiet', partial: 'Partial', stalled: 'Stalled', reconnecting: 'Reconnecting',
    lunch: 'Lunch', closed: 'Closed', failed: 'Failed', lost: 'Disconnected', polling: 'REST fallback', paused: 'Catching up', refused: 'Refused',
  },
  banner: {
    lost: 'Disconnected for {{s}} s – showing data as of {{time}}.', lostEmpty: 'The server cannot be reached yet.',
    retry: 'Retry in {{s}} s', now: 'Retry now', reconnect: 'Reconnect',
    refused: 'The server refused the connection (code {{code}}). Showing data as of {{time}}.',
    refusedEmpty: 'The server refused the connection (code {{code}}).',
    polling: 'WebSocket unavailable – polling every 5 s. Prices up to 5 s late.',
    failed: 'The data source has failed: {{reason}}', failedPlain: 'The data source has failed.',
    stalled: 'Feed silent for {{s}} s in a live phase – the prices shown are as of {{time}}.', reconnecting: 'The feed is reconnecting – the prices shown are as of {{time}}.',
    reconnectingEmpty: 'The feed is reconnecting.', connecting: 'The feed is connecting.', partial: 'Channel {{channels}} is mute – its figures may be old.',
    replay: 'Replaying the session of {{date}}. These are not current prices.', simulator: 'Simulated data. Not for trading.',
    closed: 'The market is closed. Final figures of {{date}}.', dismiss: 'Got it',
  },
  board: {
    title: 'Price board', grid: 'Price board {{list}}', lists: 'Lists', filters: 'Filter by price', density: 'Row density', densityAuto: 'Automatic: 24 px when the basket fits the screen',
    units: 'price ×1,000 VND · volume in shares', unitsFutures: 'price in points · volume in contracts',
    sectors: 'Sectors', sector: 'Sector', columns: 'Choose columns', columnsReset: 'Back to the default', columnEarlier: 'Move {{name}} earlier', columnLater: 'Move {{name}} later', columnPlace: '{{name}}: column {{place}} of {{count}}',
    futures: 'Futures',
    ceil: 'Ceiling', up: 'Up', ref: 'Flat', down: 'Down', floor: 'Floor', spikes: 'Vol. spike', spikesNote: 'A volume spike was signalled in the last {{minutes}} minutes',
    saveCsv: 'Save the board as it stands (CSV)',
    'group.limits': 'Limits', 'group.bids': 'Bids', 'group.matched': 'Matched', 'group.asks': 'Asks', 'group.day': 'Day range', 'group.foreign': 'Foreign', 'group.basis': 'Basis', 'group.indicative': 'Indicative', 'col.imbalance': 'B−A',
    'col.spark': 'Intraday', 'col.symbol': 'Sym', 'col.ceiling': 'Ceil', 'col.floor': 'Floor', 'col.ref': 'Ref', 'col.price': 'Price', 'col.volume': 'Vol', 'col.total': 'Volume',
    'col.high': 'High', 'col.avg': 'Avg', 'col.low': 'Low', 'col.foreignBuy': 'Buy', 'col.foreignSell': 'Sell', 'col.room': 'Room', 'col.basis': 'Points', 'col.basisPct': '%', 'col.expiry': 'Expiry',
    foreignOld: 'REST does not answer: the foreign columns are old, the prices are not.', loading: 'Loading the board', empty: 'No prices yet', emptyNote: 'Source {{source}} · {{state}}. The first row appears as soon as there is data.',
    noMatch: 'No symbol matches the filter', clear: 'Clear filter', failed: 'No data',
    'read.line': '{{symbol}} {{price}}, {{change}}, volume {{volume}}', 'read.none': '{{symbol}} has no price yet', 'read.auction': '{{symbol}} would match at {{price}}, {{change}}, volume so far {{volume}}',
    'read.up': 'up {{pct}} percent', 'read.down': 'down {{pct}} percent', 'read.flat': 'unchanged', 'read.ceil': 'at the ceiling', 'read.floor': 'at the floor',
  },
  charts: { table: 'Table of figures', credit: 'Charts by' },
  quote: { bidVolume: 'Bid vol', bid: 'Bid', ask: 'Ask', askVolume: 'Ask vol', activeBuy: 'buying', activeSell: 'selling', neutral: 'neutral', noTrades: 'No trades yet', aggressor: 'Aggressor today' },
  foreign, volume, derivatives, signals, chart, system, drawer, watchlist, replay,
}
