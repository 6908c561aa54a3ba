import i18next from 'i18next'
import { describe, expect, it } from 'vitest'
import { alertAt, breakoutAt } from '@/test/alert-fixtures'
import { partsOf, plainText } from './rich-text'
import { sayAlert, unitOfSymbol } from './say-alert'
import { activeSymbols, countPerQuarter, cutTime, ofNewestDay } from './signal-counts'
import { filterAlerts, filterParams, isNarrowed, NO_FILTER, readFilter } from './signal-filter'
import { groupSimilar, rowsOf } from './signal-groups'
import { signalsCsv } from './signals-csv'

const say = (alert: Parameters<typeof sayAlert>[0]) => {
  const { text, tone, size } = sayAlert(alert, i18next.t)
  return [plainText(text), tone, size]
}

describe('what an alert says', () => {
  it('gives figures in the units of the board', () => {
    expect(say(alertAt('09:15:00'))).toEqual(['Mua chủ động 4,000 cp giá 27.30, trung bình 1,000 cp', 'buy', '×4.0'])
    expect(say(alertAt('09:15:00', { symbol: '41I1GC000', data: { volume: 9, average_volume: 2, ratio: 4.5, price: 1894.7, trade_type: 'ban_chu_dong' } }))).toEqual([
      'Bán chủ động 9 HĐ giá 1,894.7, trung bình 2 HĐ', 'sell', '×4.5',
    ])
    expect(say(breakoutAt('09:15:00'))).toEqual(['Chạm trần 199.50', 'ceil', '+7.0%'])
    expect(say(alertAt('09:15:00', { alert_type: 'FOREIGN_ACCELERATION', data: { direction: 'selling', net_value: -1.7e9, net_value_before: -1.3e9, change_pct: -35.2 } }))).toEqual([
      'Ròng −1.7 tỷ, 5 phút trước −1.3 tỷ – bán nhanh hơn', 'sell', '−35%',
    ])
    expect(say(alertAt('09:15:00', { alert_type: 'BASIS_DIVERGENCE', data: { basis: 0.6, basis_pct: 0.03, direction: 'discount→premium' } }))).toEqual([
      'Basis +0.60, chiết khấu → bù giá', 'up', '+0.03%',
    ])
  })

  it('falls back to the server’s sentence', () => {
    expect(say(alertAt('09:15:00', { data: { ratio: 'many' } }))).toEqual(['HPG: a print of 4,000', '', ''])
  })

  it('tells futures from shares', () => expect(['HPG', 'VN30F2603', '41I1G3000', 'VNM'].map(unitOfSymbol)).toEqual(['vnd', 'points', 'points', 'vnd']))

  it('knows one kind of markup', () => expect(partsOf('a <b>1</b> <i>x</i>').map(({ text, isStrong }) => [text, isStrong])).toEqual([['a ', false], ['1', true], [' <i>x</i>', false]]))
})

describe('the list', () => {
  it('puts repeats within minutes under their newest', () => {
    const [a, b, c, d] = [alertAt('09:20:00'), alertAt('09:18:00', { symbol: 'VCB' }), alertAt('09:17:00'), alertAt('09:05:00')]
    const groups = groupSimilar([a, b, c, d])
    expect(groups.map(({ head, similar }) => [head.id, similar.length])).toEqual([[a.id, 1], [b.id, 0], [d.id, 0]])
    const closed = rowsOf(groups, new Set())
    expect(closed.map(({ kind }) => kind)).toEqual(['day', 'signal', 'signal', 'signal'])
    const open = rowsOf(groups, new Set([c.id]))
    expect(open.map((row) => (row.kind === 'day' ? row.date : row.alert.id))).toEqual(['2026-11-20', a.id, c.id, b.id, d.id])
  })

  it('keeps a group open when a newer one joins it', () => {
    const [a, b] = [alertAt('09:18:00'), alertAt('09:17:00')]
    const newer = alertAt('09:19:00')
    expect(rowsOf(groupSimilar([newer, a, b]), new Set([b.id]))).toHaveLength(4)
  })

  it('begins each day with its date', () => {
    const rows = rowsOf(groupSimilar([alertAt('09:15:00'), alertAt('14:00:00', { timestamp: '2026-11-19T14:00:00+07:00' })]), new Set())
    expect(rows.flatMap((row) => (row.kind === 'day' ? row.date : []))).toEqual(['2026-11-20', '2026-11-19'])
  })
})

describe('the filter', () => {
  const alerts = [alertAt('09:20:00'), breakoutAt('09:19:00'), alertAt('09:18:00', { symbol: '41I1GC000' })]
  it('goes by severity, type and symbol, also by what a contract is called', () => {
    expect(filterAlerts(alerts, { ...NO_FILTER, severity: 'CRITICAL' })).toEqual([alerts[1]])
    expect(filterAlerts(alerts, { ...NO_FILTER, types: new Set(['VOLUME_SPIKE']) })).toHaveLength(2)
    expect(filterAlerts(alerts, { ...NO_FILTER, symbol: 'VN30F1' }, (symbol) => (symbol === '41I1GC000' ? 'VN30F1M' : symbol))).toEqual([alerts[2]])
  })
  it('is what the URL says, nonsense aside', () => {
    const read = (search: string) => readFilter((name) => new URLSearchParams(search).get(name))
    expect(read('')).toEqual(NO_FILTER)
    const filter = read('severity=CRITICAL&type=PRICE_BREAKOUT,NONSENSE&symbol=vcb')
    expect(filter).toEqual({ severity: 'CRITICAL', types: new Set(['PRICE_BREAKOUT']), symbol: 'VCB' })
    expect(filterParams(filter)).toEqual({ severity: 'CRITICAL', type: 'PRICE_BREAKOUT', symbol: 'VCB' })
    expect([isNarrowed(filter), isNarrowed(read('type=NONSENSE&severity=x'))]).toEqual([true, false])
  })
})

describe('the session in numbers', () => {
  it('counts quarters of an hour in Vietnam and symbols', () => {
    const alerts = [alertAt('14:46:00'), alertAt('09:29:59'), alertAt('09:15:00', { symbol: 'VCB' }), alertAt('08:59:00'), alertAt('10:00:00', { timestamp: '2026-11-19T10:00:00+07:00' })]
    const today = ofNewestDay(alerts)
    expect(today).toHaveLength(4)
    expect(countPerQuarter(today).filter(({ count }) => count).map(({ from, count }) => [from, count])).toEqual([['09:00', 1], ['09:15', 2], ['14:45', 1]])
    expect(activeSymbols([...today, breakoutAt('10:00:00', { symbol: 'VCB' })])).toEqual([
      { symbol: 'HPG', volume: 3, price: 0, foreign: 0, basis: 0, total: 3 },
      { symbol: 'VCB', volume: 1, price: 1, foreign: 0, basis: 0, total: 2 },
    ])
  })
})

it('marks the quarters it cannot count', () => {
  const alerts = [alertAt('09:40:00'), alertAt('09:20:00')]
  expect([cutTime(alerts, '2026-11-20T09:20:00+07:00'), cutTime(alerts, '2026-11-19T09:20:00+07:00'), cutTime(alerts, ''), cutTime([], '')]).toEqual(['09:20', '', '', ''])
  expect(countPerQuarter(alerts, '09:20').filter(({ isCut }) => isCut).map(({ from }) => from)).toEqual(['09:00', '09:15'])
  expect(countPerQuarter(alerts).some(({ isCut }) => isCut)).toBe(false)
})

it('writes CSV as the wire has it', () => {
  const csv = signalsCsv([alertAt('09:15:00', { id: 'x', message: '=1+1' })])
  expect(csv.split('\r\n')[1]).toBe(`2026-11-20T09:15:00+07:00,WARNING,VOLUME_SPIKE,HPG,'=1+1,"{""volume"":4000,""average_volume"":1000,""ratio"":4,""price"":27300,""trade_type"":""mua_chu_dong""}",x`)
})
