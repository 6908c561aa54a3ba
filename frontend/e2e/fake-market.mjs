/** A made-up market for developing the dashboard without a backend. Never shipped; invented prices. */

const BASKET = {
  ACB: 24600, BID: 40850, CTG: 37200, DGC: 71500, FPT: 98400, GAS: 78600, GVR: 29850, HDB: 27400, HPG: 26900, LPB: 43100,
  MBB: 25750, MSN: 79200, MWG: 86500, PLX: 39400, SAB: 48750, SHB: 16450, SSB: 17600, SSI: 31200, STB: 57900, TCB: 34350,
  TPB: 16900, VCB: 62300, VHM: 96800, VIB: 18450, VIC: 142000, VJC: 186500, VNM: 61900, VPB: 28300, VPL: 88200, VRE: 30600,
}
const INDICES = { VNINDEX: 1704.09, VN30: 1930.56, HNX: 269.75, UPCOM: 118.15 }
const CONTRACTS = [['41I1GC000', 'VN30F1M', '2026-12-17'], ['41I1H1000', 'VN30F2M', '2027-01-21'], ['41I1H3000', 'VN30F1Q', '2027-03-18'], ['41I1H6000', 'VN30F2Q', '2027-06-17']]
const START_MS = Date.parse('2026-11-20T14:05:00+07:00')

const tick = (price) => (price < 10_000 ? 10 : price < 50_000 ? 50 : 100)
const round = (price, how = Math.round) => how(price / tick(price)) * tick(price)
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

export class FakeMarket {
  next = random(20261120)
  startedAt = Date.now()
  feed = { source: 'simulator', state: 'live', connected: true, muted_channels: [] }
  phase = 'continuous'
  isFinal = false
  prices = {}
  foreign = []
  indices = {}

  constructor() {
    for (const [symbol, ref] of Object.entries(BASKET)) this.open(symbol, ref)
    for (const [id, prior] of Object.entries(INDICES)) this.openIndex(id, prior)
  }

  get nowMs() { return START_MS + (Date.now() - this.startedAt) }
  stamp(ms = this.nowMs) { return new Date(ms + 7 * 3600_000).toISOString().slice(0, 19) + '+07:00' }
  lot(scale = 200) { return (1 + Math.floor(this.next() ** 3 * scale)) * 100 }

  open(symbol, ref) {
    const ceiling = round(ref * 1.07, Math.floor), floor = round(ref * 0.93, Math.ceil)
    const last = symbol === 'VJC' ? ceiling : symbol === 'DGC' ? floor : symbol === 'LPB' ? ref : round(ref * (1 + (this.next() - 0.45) * 0.05))
    const volume = this.lot(300_000)
    this.prices[symbol] = {
      exchange: 'HOSE', phase: 'continuous', ref_price: ref, ceiling, floor, open: ref, high: Math.max(ref, last), low: Math.min(ref, last),
      avg_price: round((ref + last) / 2), total_volume: volume, total_value: volume * last, last_price: last, last_volume: this.lot(), bids: [], asks: [],
    }
    this.book(symbol)
    this.foreign.push({ symbol, buy_volume: this.lot(20_000), sell_volume: this.lot(20_000), total_room: 1e9, current_room: Math.floor(this.next() * 6e8) })
  }

  openIndex(id, prior) {
    const intraday = []
    let value = prior
    for (let minute = 0; minute < 305; minute++) {
      if (minute >= 150 && minute < 240) continue
      value += (this.next() - 0.485) * prior * 0.0009
      intraday.push({ timestamp: this.stamp(Date.parse('2026-11-20T09:00:00+07:00') + minute * 60_000), value: Number(value.toFixed(2)) })
    }
    const scale = id === 'VN30' ? 0 : 1
    this.indices[id] = {
      index_id: id, prior_value: prior, value, total_volume: 5e8, total_value: { VNINDEX: 21480.6e9, VN30: 12437.3e9, HNX: 1604.2e9, UPCOM: 812.9e9 }[id],
      advances: scale ? 213 : 18, declines: scale ? 106 : 10, no_changes: scale ? 61 : 2, ceilings: scale ? 5 : 1, floors: scale ? 2 : 1, intraday,
    }
    this.valueIndex(id)
  }

  valueIndex(id) {
    const index = this.indices[id]
    index.change = Number((index.value - index.prior_value).toFixed(2))
    index.value = Number(index.value.toFixed(2))
    index.ratio_change = Number(((index.change / index.prior_value) * 100).toFixed(2))
    index.last_updated = this.stamp()
  }

  book(symbol) {
    const p = this.prices[symbol], step = tick(p.last_price)
    const best = this.next() > 0.5 ? p.last_price : p.last_price - step
    p.bids = p.last_price === p.floor ? [] : [0, 1, 2].map((i) => [best - i * step, this.lot(500)]).filter(([price]) => price >= p.floor)
    p.asks = p.last_price === p.ceiling ? [] : [1, 2, 3].map((i) => [best + i * step, this.lot(500)]).filter(([price]) => price <= p.ceiling)
    p.change = p.last_price - p.ref_price
    p.change_pct = Number(((p.change / p.ref_price) * 100).toFixed(2))
  }

  step() {
    if (this.feed.state !== 'live' && this.feed.state !== 'partial') return
    const symbols = Object.keys(BASKET)
    for (let i = 0; i < 6; i++) {
      const symbol = symbols[Math.floor(this.next() * symbols.length)], p = this.prices[symbol]
      if (!['VJC', 'DGC', 'LPB'].includes(symbol) && this.next() > 0.6) {
        const moved = p.last_price + (this.next() > 0.5 ? 1 : -1) * tick(p.last_price)
        p.last_price = Math.min(p.ceiling - tick(p.ceiling), Math.max(p.floor + tick(p.floor), moved))
        p.high = Math.max(p.high, p.last_price)
        p.low = Math.min(p.low, p.last_price)
      }
      p.last_volume = this.lot(100)
      p.total_volume += p.last_volume
      this.book(symbol)
    }
    if (this.next() > 0.7) for (const id of Object.keys(INDICES)) {
      this.indices[id].value += (this.next() - 0.5) * this.indices[id].prior_value * 0.0003
      this.valueIndex(id)
    }
  }

  contracts() {
    const spot = this.indices.VN30.value
    return CONTRACTS.map(([symbol, alias, expiry], i) => {
      const basis = Number((2.32 - i * 3.1).toFixed(2)), last = Number((spot + basis).toFixed(1))
      return {
        symbol, alias, expiry_date: expiry, last_price: last, change: Number((last - 1930.3).toFixed(1)), change_pct: Number(((last / 1930.3 - 1) * 100).toFixed(2)),
        volume: [184_230, 3120, 410, 95][i], bid_price: last - 0.1, ask_price: last + 0.1, basis, basis_pct: Number(((basis / spot) * 100).toFixed(2)), is_premium: basis > 0, last_updated: this.stamp(), stale: false,
      }
    })
  }

  status() { return { ...this.feed, since: this.stamp(), ages: { 'X-TRADE': 0.2, 'X-QUOTE': 0.1, R: 1.4, MI: 2.1, F: 12 } } }

  snapshot({ withIntraday }) {
    const contracts = this.contracts()
    const indices = Object.fromEntries(Object.entries(this.indices).map(([id, index]) => [id, withIntraday ? index : { ...index, intraday: undefined }]))
    return {
      quotes: { ACB: { symbol: 'ACB', last_updated: this.stamp() } }, prices: this.prices, indices, derivatives: { ...contracts[0], contracts },
      session: { trading_date: '2026-11-20', phase: { HOSE: this.phase, HNX: this.phase, UPCOM: this.phase, DERIVATIVES: this.phase }, is_final: this.isFinal }, feed: this.status(),
    }
  }

  basisTrend() {
    return this.indices.VN30.intraday.map(({ timestamp, value }, i) => ({ timestamp, futures_symbol: CONTRACTS[0][0], futures_price: Number((value + Math.sin(i / 20) * 4).toFixed(1)) }))
  }
}
