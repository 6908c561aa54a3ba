import { describe, expect, it } from 'vitest'
import { sectorsOf } from '@/shared/api/use-sectors'
import type { SessionStats } from '@/shared/api/models'
import { symbolState } from '@/test/market-fixtures'
import { agreementOf, buyShare, sidesOfPart, volumeRows, volumeTotals } from './active-volume'
import { cumulativeNet, minuteSeries, recentSides, shareLines } from './minute-series'
import { minutePlot } from './minute-plot'
import { plannedHours, phaseState } from './phase-plan'
import { volumeCsv } from './volume-csv'
import { volumeLists } from './volume-lists'
import type { TFunction } from 'i18next'

const part = (buy: number, sell: number, neutral: number) => ({ mua_chu_dong_volume: buy, ban_chu_dong_volume: sell, neutral_volume: neutral, total_volume: buy + sell + neutral })
const stats: Record<string, SessionStats> = {
  AAA: { symbol: 'AAA', ...part(300, 100, 200), mua_chu_dong_value: 3e9, ban_chu_dong_value: 1e9, missed_volume: 7, ato: part(0, 0, 200), continuous: part(300, 100, 0) },
  BBB: { symbol: 'BBB', ...part(0, 0, 50), atc: part(0, 0, 50) },
}
const audit = { AAA: { symbol: 'AAA', compared: 90, agreed: 81, agreement_ratio: 0.9 }, BBB: { symbol: 'BBB', compared: 10, agreed: 10, agreement_ratio: 1 } }
const states = [symbolState('AAA'), symbolState('BBB'), symbolState('CCC')]

describe('active volume', () => {
  it('is what has a side; auctions have none', () => {
    expect(buyShare(sidesOfPart(stats.AAA, 'all'))).toBe(75)
    expect([buyShare(sidesOfPart(stats.AAA, 'ato')), buyShare(sidesOfPart(undefined, 'all'))]).toEqual([null, null])
  })
  it('makes a row of every symbol, traded or not', () => {
    const [a, , c] = volumeRows(states, stats, audit, 'continuous')
    expect(a).toMatchObject({ sides: { buy: 300, sell: 100, neutral: 0, total: 400 }, netValue: 2e9, ato: 200, missed: 7, agreement: 90 })
    expect(c).toMatchObject({ sides: { total: 0 }, buyShare: null, agreement: null })
  })
  it('adds up, the phases to the day', () => {
    const { part: day, byPhase, missed, netValue } = volumeTotals(['AAA', 'BBB', 'CCC'], stats, 'all')
    expect([day.total, missed, netValue]).toEqual([650, 7, 2e9])
    expect(Object.values(byPhase).reduce((sum, sides) => sum + sides.total, 0)).toBe(650)
  })
  it('agrees with SSI by prints, not by symbols', () => {
    expect([agreementOf(['AAA', 'BBB'], audit), agreementOf(['CCC'], audit)]).toEqual([91, null])
  })
  it('leaves as figures of the wire', () => {
    expect(volumeCsv(volumeRows(states, stats, audit, 'all'), stats).split('\r\n')[1]).toBe('AAA,300,3000000000,100,1000000000,200,,600,7,,200,400,0,90')
  })
})

describe('minute series', () => {
  const minute = (at: string, buy: number, sell: number) => ({ timestamp: `2026-11-${at}:00+07:00`, mua_chu_dong_volume: buy, ban_chu_dong_volume: sell, neutral_volume: 0, volume: buy + sell, value: 0 })
  const series = minuteSeries([minute('19T09:00', 9, 9), minute('20T09:01', 5, 2), minute('20T09:03', 1, 4), minute('20T11:30', 2, 0), minute('20T11:31', 3, 0)], '2026-11-20')
  it('fills quiet minutes and puts late prints before lunch', () => {
    expect(series[0]).toBeNull()
    expect(series[2]).toMatchObject({ total: 0 })
    expect([series.length, series[149]?.buy]).toEqual([150, 5])
    expect(cumulativeNet(series).slice(0, 4)).toEqual([null, 3, 3, 0])
  })
  it('sums up the last minutes', () => {
    expect(recentSides(series, 5)).toMatchObject({ buy: 5, sell: 0 })
    expect(recentSides([], 5)).toBeNull()
  })
  it('is drawn whole or in its last stretch', () => {
    expect(minutePlot(series, 'day').spec).toMatchObject({ places: 255, breaks: [150] })
    expect(minutePlot(series, '30')).toMatchObject({ from: 120, spec: { places: 30, breaks: [] } })
  })
  it('gives each symbol its share around the balance', () => {
    const quarter = { symbol: 'AAA', timestamp: '2026-11-20T09:15:00+07:00', mua_chu_dong_volume: 3, ban_chu_dong_volume: 1, neutral_volume: 5, volume: 9 }
    expect(shareLines([quarter, { ...quarter, symbol: 'BBB', mua_chu_dong_volume: 0, ban_chu_dong_volume: 0 }], '2026-11-20')).toEqual(new Map([['AAA', [{ place: 15, value: 25 }]]]))
  })
})

describe('lists and phases', () => {
  const sectors = sectorsOf({ Banks: ['AAA'], Retail: ['ZZZ'] })
  it('has only lists with data, and no second name for the same stocks', () => {
    expect(volumeLists(states, ['AAA', 'BBB', 'CCC'], sectors).map((list) => list.id)).toEqual(['VN30', 'Banks'])
    const wide = [...states, symbolState('HHH', { exchange: 'HNX' }), symbolState('41I1GC000', { exchange: 'DERIVATIVES' })]
    const own = [{ id: 'w', name: 'Own', symbols: ['CCC', 'ZZZ'] }, { id: 'x', name: 'None of these', symbols: ['ZZZ'] }]
    expect(volumeLists(states, ['AAA', 'BBB', 'CCC'], sectors, own).slice(2).map(({ id, kind, name, states: listed }) => [id, kind, name, listed.length])).toEqual([['watch:w', 'watch', 'Own', 1]])
    expect(volumeLists(wide, ['AAA', 'BBB'], sectors).map((list) => [list.id, list.states.length])).toEqual([['VN30', 2], ['ALL', 4], ['HOSE', 3], ['HNX', 1], ['Banks', 1]])
  })
  it('says why a phase is empty', () => {
    const t = ((key: string, values?: object) => key + JSON.stringify(values ?? '')) as unknown as TFunction
    const at = (clock: string) => Date.parse(`2026-11-20T${clock}+07:00`)
    expect(plannedHours('HOSE', 'continuous')).toBe('09:15–14:30')
    expect(phaseState('HOSE', 'atc', at('14:21:36'), false, t)).toContain('8:24')
    expect([phaseState('HOSE', 'atc', at('14:31:00'), false, t), phaseState('HOSE', 'atc', at('15:00:00'), false, t), phaseState('HOSE', 'atc', at('14:00:00'), true, t)]).toEqual(['volume/now""', 'volume/over""', 'volume/over""'])
  })
})
