import type { Replay } from '@/shared/api/client'

/** A recorded day for tests. */
export const REPLAY: Replay = {
  file: 'feed-2026-11-23.jsonl.gz', files: ['feed-2026-11-23.jsonl.gz'], day: '2026-11-23', recorded_source: 'ssi',
  from: '2026-11-23T09:00:00+07:00', to: '2026-11-23T15:00:00+07:00', position: '2026-11-23T10:00:00+07:00',
  speed: 10, is_paused: false, is_seeking: false, seeks: 0, has_ended: false, skips_lunch: false, garbage_lines: 0, skipped: 0,
  markers: [
    { kind: 'phase', from: '2026-11-23T09:00:00+07:00', to: '2026-11-23T09:15:00+07:00', label: 'ato' },
    { kind: 'phase', from: '2026-11-23T09:15:00+07:00', to: '2026-11-23T11:30:00+07:00', label: 'continuous' },
    { kind: 'phase', from: '2026-11-23T11:30:00+07:00', to: '2026-11-23T13:00:00+07:00', label: 'lunch' },
    { kind: 'gap', from: '2026-11-23T13:10:00+07:00', to: '2026-11-23T13:10:01+07:00', label: 'skipped' },
  ],
}
