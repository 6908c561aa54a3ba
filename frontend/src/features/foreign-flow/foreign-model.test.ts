import i18next from 'i18next'
import { describe, expect, it } from 'vitest'
import type { ForeignInvestorData, ForeignMinute } from '@/shared/api/models'
import { symbolState } from '@/test/market-fixtures'
import { dayLines, joinDays, meanLine, stepsOf, withNow } from './day-lines'
import { foreignColumns } from './foreign-columns'
import { foreignCsv } from './foreign-csv'
import { filterRows, foreignRows } from './foreign-rows'
import { foreignBreadth, foreignSpeeds, sectorFlows, topRows, totalNet, trendOf, turnoverShare } from './foreign-totals'

const flow = (symbol: string, net: number, change: Partial<ForeignInvestorData> = {}): ForeignInvestorData => ({
  symbol, net_value: net, buy_value: Math.max(net, 0), sell_value: Math.max(-net, 0), total_room: 1000, current_room: 500, ...change,
})
const rows = foreignRows(
  [
    flow('AAA', 5e9, { buy_speed_per_min: 300, sell_speed_per_min: 100, buy_acceleration: 50, sell_acceleration: 0 }),
    flow('BBB', -2e9, { current_room: 0 }),
    flow('CCC', -9e9, { current_room: 5 }),
    flow('DDD', 0, { total_room: 0 }),
  ],
  [symbolState('AAA', { total_value: 10e9 }), symbolState('BBB', { total_value: 10e9 })],
  (symbol) => (symbol === 'DDD' ? null : symbol < 'C' ? 'Banks' : 'Retail'),
)

describe('foreign rows', () => {
  it('stand beside their price, also before there is one', () => {
    expect(rows[0]).toMatchObject({ band: 'up', changePct: 1, netSpeed: 200, netAcceleration: 50, roomPct: 50, lastPrice: 10_100 })
    expect(rows[3]).toMatchObject({ band: '', changePct: null, lastPrice: 0, roomPct: null })
  })
  it('are filtered by name, side and sector', () => {
    const names = (text: string, side: 'all' | 'buy' | 'sell', sector: string | null) => filterRows(rows, { text, side, sector }).map((row) => row.symbol).join()
    expect([names(' a', 'all', null), names('', 'sell', null), names('', 'all', 'Banks'), names('', 'all', 'other')]).toEqual(['AAA', 'BBB,CCC', 'AAA,BBB', 'DDD'])
  })
  it('have a speed when it is none: an empty cell would be a figure that is missing', () => {
    const speed = foreignColumns(i18next.t, rows).find(({ id }) => id === 'speed')
    expect(rows.slice(0, 2).map((row) => speed?.cell(row))).toEqual(['+200', '0'])
  })
  it('leave as figures of the wire', () => {
    const [head, first] = foreignCsv(rows).split('\r\n')
    expect(head).toMatch(/^symbol,sector,buy_volume/)
    expect(first).toMatch(/^AAA,Banks,,,,5000000000,0,5000000000,300,100,50,0,500,1000,/)
  })
})

describe('foreign totals', () => {
  it('weigh speeds with prices', () => {
    expect(foreignSpeeds(rows)).toMatchObject({ net: 200 * 10_100, netAMinuteAgo: 150 * 10_100, buy: 300 * 10_100, sell: 100 * 10_100 })
  })
  it.each([
    [5, 3, 'buyingFaster'], [5, 8, 'buyingSlower'], [-5, -3, 'sellingFaster'], [-5, -8, 'sellingSlower'], [5, 5, 'steady'], [0, 5, 'steady'],
  ])('call %s after %s %s', (net, netAMinuteAgo, trend) => expect(trendOf({ net, netAMinuteAgo })).toBe(trend))
  it('count sides and rooms', () => expect(foreignBreadth(rows)).toEqual({ bought: 1, sold: 2, full: 1, nearlyFull: 1 }))
  it('take half of both sides as the share of turnover', () => {
    expect(turnoverShare(5e9, 11e9, rows)).toBe(40)
    expect(turnoverShare(1, 1, [])).toBeNull()
  })
  it('sum up sectors, largest inflow first', () => {
    expect(sectorFlows(rows)).toEqual([{ name: 'Banks', net: 3e9, stocks: 2 }, { name: 'other', net: 0, stocks: 1 }, { name: 'Retail', net: -9e9, stocks: 1 }])
  })
  it('rank both ways', () => {
    expect([topRows(rows, 'buy'), topRows(rows, 'sell')].map((top) => top.map((row) => row.symbol).join())).toEqual(['AAA', 'CCC,BBB'])
    expect([totalNet(rows, 'buy'), totalNet(rows, 'sell')]).toEqual([5e9, -11e9])
  })
})

describe('day lines', () => {
  const minute = (at: string, net: number): ForeignMinute => ({ timestamp: `2026-11-${at}:00+07:00`, net_value: net, buy_volume: 0, sell_volume: 0, net_volume: 0, buy_value: 0, sell_value: 0 })
  const lines = dayLines([minute('19T09:00', 1), minute('19T09:03', 7), minute('20T09:01', -4), minute('20T09:02', -6)])
  it('keep the former total between two rows, and nothing before the first', () => {
    expect([...lines.values()]).toEqual([[1, 1, 1, 7], [null, -4, -6]])
  })
  it('end with what is known now', () => {
    const line = lines.get('2026-11-20') ?? []
    expect(withNow(line, 4, -9)).toEqual([null, -4, -6, -6, -9])
    expect(withNow(line, 2, -8)).toEqual([null, -4, -8])
    expect([withNow(line, 1, 0), withNow(line, null, 0)]).toEqual([line, line])
  })
  it('have steps and a mean over whole days', () => {
    expect(stepsOf([null, -4, -6])).toEqual([null, null, -2])
    const mean = meanLine([...lines.values()])
    expect([mean[0], mean[1], mean[3], mean.length, meanLine([])[0]]).toEqual([1, -1.5, 0.5, 255, null])
    expect(joinDays([...lines.values()]).length).toBe(510)
  })
})
