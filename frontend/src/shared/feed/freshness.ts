import type { FeedSource, FeedStatus } from '@/shared/api/models'
import { shownState, type ShownState } from '@/shared/replay/shown-state'
import type { LinkState } from '@/shared/ws/link-state'

/** What may be believed of the screen: the link to the server and the feed behind it, in one word. */

export type FeedWord = ShownState | 'lost' | 'polling' | 'paused' | 'refused'

export interface Freshness {
  word: FeedWord
  source: FeedSource | null
  /** Direction can no longer be trusted: colours are drained and the clock stands. */
  isStale: boolean
  /** Seconds since the feed last spoke; null when it never did. */
  ageS: number | null
}

const STALE_WORDS: ReadonlySet<FeedWord> = new Set(['lost', 'refused', 'stalled', 'reconnecting', 'failed', 'connecting', 'paused'])
/** MI beats every 5 s in a live phase; FEED_STALL_S of silence is a stall, whatever was said before it. */
const SILENCE_S = 20
/** Two beats and a bit: each beat changes the state, so a server that says `live` and sends nothing new is not to be believed. */
const NO_DATA_S = 12
const BEATING: ReadonlySet<FeedWord> = new Set(['live', 'partial'])

function ageOf(status: FeedStatus, statusAt: number, nowMs: number): number {
  const sinceStatusS = Math.max(0, (nowMs - statusAt) / 1000)
  const ages = Object.values(status.ages ?? {})
  return (ages.length ? Math.min(...ages) : 0) + sinceStatusS
}

function wordOf(link: LinkState, hasData: boolean, isMute: boolean): FeedWord {
  const state = link.status ? shownState(link.status) : 'connecting'
  switch (link.link) {
    case 'refused': return 'refused'
    case 'waiting': return 'lost'
    case 'connecting': return hasData ? 'lost' : 'connecting'
    case 'paused': return 'paused'
    case 'polling': return STALE_WORDS.has(state) && link.status ? state : 'polling'
    case 'open': return isMute ? 'stalled' : state
  }
}

export function freshnessOf(link: LinkState, hasData: boolean, nowMs: number): Freshness {
  const spokenS = link.status ? ageOf(link.status, link.statusAt, nowMs) : null
  const dataS = Math.max(0, (nowMs - link.dataAt) / 1000)
  // A replay may stand for as long as it likes.
  const isBeating = link.link === 'open' && link.status !== null && BEATING.has(shownState(link.status))
  const isMute = isBeating && ((spokenS ?? 0) > SILENCE_S || dataS > NO_DATA_S)
  const word = wordOf(link, hasData, isMute)
  const ageS = isMute ? Math.max(spokenS ?? 0, dataS) : spokenS
  return { word, source: link.status?.source ?? null, isStale: hasData && STALE_WORDS.has(word), ageS }
}
