import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fetchDayLine } from './day-lines'

const CLOSES = [
  { symbol: 'VCB', timestamp: '2026-11-20T09:15:00+07:00', close: 61_500 },
  { symbol: 'VCB', timestamp: '2026-11-20T13:00:00+07:00', close: 61_700 },
  { symbol: 'VCB', timestamp: '2026-11-19T14:45:00+07:00', close: 60_000 },
  { symbol: 'FPT', timestamp: '2026-11-20T09:15:00+07:00', close: 98_000 },
]
const asked: string[] = []
const answer = vi.fn(() => Response.json({ data: CLOSES, next_cursor: null }))

beforeEach(() => {
  asked.length = 0
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(new URL(request.url).searchParams.get('symbols') ?? '')
    return Promise.resolve(answer())
  })
})

describe('the lines of rows', () => {
  it('are asked for together, and each gets its own of the day', async () => {
    const [vcb, fpt, none] = await Promise.all(['VCB', 'FPT', 'SSI'].map((symbol) => fetchDayLine(symbol, '2026-11-20')))
    expect(asked).toEqual(['FPT,SSI,VCB'])
    expect(vcb).toEqual([{ place: 15, value: 61_500 }, { place: 150, value: 61_700 }])
    expect(fpt).toEqual([{ place: 15, value: 98_000 }])
    expect(none).toEqual([])
  })

  it('fail together, and are asked for again', async () => {
    answer.mockReturnValueOnce(Response.json({}, { status: 503 }))
    const outcomes = await Promise.allSettled(['VCB', 'FPT'].map((symbol) => fetchDayLine(symbol, '2026-11-20')))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await fetchDayLine('FPT', '2026-11-20')).toHaveLength(1)
    expect(asked).toEqual(['FPT,VCB', 'FPT'])
  })
})
