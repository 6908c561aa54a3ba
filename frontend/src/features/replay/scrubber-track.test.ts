import { describe, expect, it } from 'vitest'
import { replayPlace } from '@/shared/replay/replay-place'
import { REPLAY } from './replay-sample'
import { clampPlace, phaseAt, placeByKey, shareOf, trackOf } from './scrubber-track'

const at = (clock: string): number => Date.parse(`2026-11-23T${clock}+07:00`)
const track = trackOf(REPLAY)

describe('the track of a recording', () => {
  it('lays phases and gaps out between its ends', () => {
    expect([track.fromMs, track.toMs]).toEqual([at('09:00:00'), at('15:00:00')])
    const [ato, , lunch] = track.parts
    expect([ato?.left, ato?.width]).toEqual([0, 0.25 / 6])
    expect(lunch?.left).toBeCloseTo(2.5 / 6)
    expect(track.parts.at(-1)).toMatchObject({ kind: 'gap', width: 0.002 }) // one second, and still to be seen
  })

  it('knows the phase of a place, and places outside of it', () => {
    expect([phaseAt(track, at('09:05:00')), phaseAt(track, at('11:45:00')), phaseAt(track, at('14:59:00'))]).toEqual(['ato', 'lunch', 'closed'])
    expect(clampPlace(track, at('16:00:00'))).toBe(track.toMs)
    expect([shareOf(track, at('08:00:00')), shareOf(track, at('12:00:00'))]).toEqual([0, 0.5])
  })

  it('is walked by keys, never past its ends', () => {
    const ten = at('10:00:00')
    expect(placeByKey(track, ten, 'ArrowLeft')).toBe(at('09:59:00'))
    expect(placeByKey(track, ten, 'PageUp')).toBe(at('10:15:00'))
    expect(placeByKey(track, at('14:59:30'), 'ArrowRight')).toBe(track.toMs)
    expect([placeByKey(track, ten, 'Home'), placeByKey(track, ten, 'End')]).toEqual([track.fromMs, track.toMs])
    expect(placeByKey(track, ten, 'x')).toBeNull()
  })
})

describe('the place of a replay', () => {
  it('moves on at its speed between two answers, to the end and not beyond', () => {
    expect(replayPlace(REPLAY, 1000, 3000)).toBe(at('10:00:20'))
    expect(replayPlace({ ...REPLAY, position: '2026-11-23T14:59:55+07:00' }, 1000, 3000)).toBe(at('15:00:00'))
  })

  it('stands while it is paused, seeking or over', () => {
    for (const still of [{ is_paused: true }, { is_seeking: true }, { has_ended: true }]) expect(replayPlace({ ...REPLAY, ...still }, 1000, 9000)).toBe(at('10:00:00'))
  })
})
