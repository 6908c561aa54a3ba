import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { index, price, snapshot } from '@/test/market-fixtures'
import { MarketStore } from './market-store'

/** Animation frames come when the test says so; none come in a hidden tab. */
let frames: FrameRequestCallback[] = []
const runFrame = (): void => {
  const due = frames
  frames = []
  due.forEach((frame) => frame(performance.now()))
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime('2026-11-20T07:21:36Z')
  frames = []
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const show = (store: MarketStore, ...states: Parameters<MarketStore['offer']>): void => {
  store.offer(...states)
  runFrame()
}

describe('MarketStore', () => {
  it('tells only the symbols that changed, once per frame', () => {
    const store = new MarketStore()
    show(store, snapshot({ AAA: price(), BBB: price() }))
    const onA = vi.fn()
    const onB = vi.fn()
    store.subscribeSymbol('AAA')(onA)
    store.subscribeSymbol('BBB')(onB)
    store.offer(snapshot({ AAA: price({ last_price: 10_150 }), BBB: price() }))
    store.offer(snapshot({ AAA: price({ last_price: 10_200 }), BBB: price() }))
    runFrame()
    expect(onA).toHaveBeenCalledTimes(1)
    expect(onB).not.toHaveBeenCalled()
    expect(store.getSymbol('AAA')).toMatchObject({ price: { last_price: 10_200 }, previous: { last_price: 10_100 } })
  })

  it('keeps only the newest state while no frame comes', () => {
    const store = new MarketStore()
    for (let i = 0; i < 1000; i++) store.offer(snapshot({ AAA: price({ total_volume: i }) }))
    expect(frames).toHaveLength(1)
    runFrame()
    expect(store.getSymbol('AAA')?.price.total_volume).toBe(999)
  })

  it('does not flash what changed while nobody looked', () => {
    const store = new MarketStore()
    show(store, snapshot({ AAA: price() }))
    store.offer(snapshot({ AAA: price({ last_price: 10_200 }) }))
    vi.advanceTimersByTime(60_000)
    show(store, snapshot({ AAA: price({ last_price: 10_300 }) }))
    const state = store.getSymbol('AAA')
    expect(state?.previous).toBe(state?.price)
  })

  it('flashes the first change after a quiet minute', () => {
    const store = new MarketStore()
    show(store, snapshot({ AAA: price() }))
    vi.advanceTimersByTime(60_000)
    show(store, snapshot({ AAA: price({ last_price: 10_300 }) }))
    expect(store.getSymbol('AAA')).toMatchObject({ price: { last_price: 10_300 }, previous: { last_price: 10_100 } })
  })

  it('does not flash a state from elsewhere, nor what comes with it in one frame', () => {
    const store = new MarketStore()
    show(store, snapshot({ AAA: price() }))
    store.offer(snapshot({ AAA: price({ last_price: 10_200 }) }), false)
    store.offer(snapshot({ AAA: price({ last_price: 10_300 }) }))
    runFrame()
    const state = store.getSymbol('AAA')
    expect(state?.price.last_price).toBe(10_300)
    expect(state?.previous).toBe(state?.price)
  })

  it('keeps the identity of a symbol that a whole-state frame repeats', () => {
    const store = new MarketStore()
    show(store, snapshot({ AAA: price() }))
    const before = store.getSymbol('AAA')
    show(store, snapshot({ AAA: price() }))
    expect(store.getSymbol('AAA')).toBe(before)
  })

  it('drops a symbol that the state no longer names', () => {
    const store = new MarketStore()
    show(store, snapshot({ AAA: price(), BBB: price() }))
    show(store, snapshot({ AAA: price() }))
    expect(store.getSymbols()).toEqual(['AAA'])
    expect(store.getSymbol('BBB')).toBeUndefined()
  })

  it('carries the intraday line on when later frames leave it out', () => {
    const store = new MarketStore()
    const line = [{ timestamp: '2026-11-20T14:20:59+07:00', value: 1940 }]
    store.offer(snapshot({}, { indices: { VN30: index({ intraday: line }) } }))
    store.offer(snapshot({}, { indices: { VN30: index({ value: 1942 }) } }))
    runFrame()
    show(store, snapshot({}, { indices: { VN30: index({ value: 1943, last_updated: '2026-11-20T14:21:50+07:00' }) } }))
    expect(store.getIndex('VN30')?.intraday?.map((point) => point.value)).toEqual([1940, 1943])
  })

  it('goes on from the line it carries, though each merged state repeats the first one', () => {
    const store = new MarketStore()
    const line = [{ timestamp: '2026-11-20T14:20:59+07:00', value: 1940 }]
    const at = (minute: number, value: number) => index({ intraday: line, value, last_updated: `2026-11-20T14:${minute}:10+07:00` })
    show(store, snapshot({}, { indices: { VN30: at(21, 1941) } }))
    show(store, snapshot({}, { indices: { VN30: at(22, 1942) } }))
    show(store, snapshot({}, { indices: { VN30: at(23, 1943) } }))
    expect(store.getIndex('VN30')?.intraday?.map((point) => point.value)).toEqual([1940, 1941, 1942, 1943])
    show(store, snapshot({}, { indices: { VN30: index({ intraday: [...line], value: 1944, last_updated: '2026-11-20T14:24:10+07:00' }) } }))
    expect(store.getIndex('VN30')?.intraday?.map((point) => point.value)).toEqual([1940, 1944])
  })

  it('tells of an index only when it changed, of its breadth too, and drops one that is gone', () => {
    const store = new MarketStore()
    const vn30 = index()
    show(store, snapshot({}, { indices: { VN30: vn30, HNX: index({ index_id: 'HNX' }) } }))
    const onChange = vi.fn()
    store.subscribeIndex('VN30')(onChange)
    show(store, snapshot({}, { indices: { VN30: vn30 } }))
    expect(onChange).not.toHaveBeenCalled()
    expect(store.getIndex('HNX')).toBeUndefined()
    show(store, snapshot({}, { indices: { VN30: { ...vn30, advances: 19 } } }))
    expect(onChange).toHaveBeenCalledTimes(1)
    expect(store.getIndex('VN30')?.advances).toBe(19)
  })

  it('begins a new line on a new day', () => {
    const store = new MarketStore()
    show(store, snapshot({}, { indices: { VN30: index({ intraday: [{ timestamp: '2026-11-20T14:20:00+07:00', value: 1940 }] }) } }))
    show(store, snapshot({}, { indices: { VN30: index({ value: 1950, last_updated: '2026-11-23T09:00:05+07:00' }) } }))
    expect(store.getIndex('VN30')?.intraday).toHaveLength(1)
  })

  it('gives contracts a row, and foreign figures to the symbols they belong to', () => {
    const store = new MarketStore()
    const contract = { symbol: '41I1GC000', alias: 'VN30F1M', last_price: 1944.5, change: 14.2, basis: 2.32 }
    show(store, snapshot({ AAA: price() }, { derivatives: { ...contract, contracts: [contract] } }))
    store.offerForeign([{ symbol: 'AAA', buy_volume: 7 }])
    runFrame()
    expect(store.getSymbol('41I1GC000')).toMatchObject({ contract: { alias: 'VN30F1M' }, price: { exchange: 'DERIVATIVES', ref_price: 1930.3 } })
    expect(store.getSymbol('AAA')?.foreign?.buy_volume).toBe(7)
  })

  it('remembers the greatest exchange time and when it came', () => {
    const store = new MarketStore()
    show(store, snapshot({}, { indices: { VN30: index() } }))
    expect(store.getDataTime()).toEqual({ exchangeMs: Date.parse('2026-11-20T14:21:36+07:00'), seenAt: Date.now() })
  })
})
