import { describe, expect, it } from 'vitest'
import type { AuditReport } from '@/shared/api/client'
import { auditDifferences, auditRows, shareOf } from './audit-figures'

const report: AuditReport = {
  light: 'red', trading_date: '2026-11-20', is_final: false, checked_at: '2026-11-20T10:00:00+07:00',
  checks: [
    { name: 'sides_add_up', verdict: 'ok', compared: 180, failed: 0, differences: [] },
    { name: 'index_between_its_constituents', verdict: 'failed', compared: 1, failed: 1, differences: [{ subject: 'VN30', what: 'change', expected: 1.3, actual: 2 }] },
  ],
  stored: { verdict: 'failed', reason: '', trades: 9, candles: 7, symbols: 3, failed: 1, differences: [{ trading_date: '2026-11-20', symbol: 'VCB', what: 'candle_1m', detail: '09:15 volume 9, counted 8' }] },
  sides: { prints: 10, unclassified: 1, unclassified_share: 0.1, compared: 9, agreement_ratio: 1, tick_test_ratio: null, missed_volume: 0 },
  index: null,
}

describe('audit', () => {
  it('has a row for each rule, and one for the stored day', () => {
    expect(auditRows(report).map(({ name, verdict, compared, failed }) => [name, verdict, compared, failed])).toEqual([
      ['sides_add_up', 'ok', 180, 0],
      ['index_between_its_constituents', 'failed', 1, 1],
      ['stored_day', 'failed', 10, 1],
    ])
  })

  it('says what differs, of the screen and of the disk', () => {
    expect(auditDifferences(report)).toEqual([
      { check: 'index_between_its_constituents', subject: 'VN30', what: 'change', expected: '1.30', actual: '2' },
      { check: 'stored_day', subject: 'VCB', what: 'candle_1m: 09:15 volume 9, counted 8', expected: '', actual: '' },
    ])
  })

  it('shows a share as percent, and none as a dash', () => {
    expect([shareOf(0.9871), shareOf(1), shareOf(null)]).toEqual(['98.7%', '100.0%', '–'])
  })
})
