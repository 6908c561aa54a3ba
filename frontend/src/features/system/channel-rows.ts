import type { FeedStatus } from '@/shared/api/models'
import type { DotWord } from '@/shared/feed/FeedDot'
import type { FeedWord } from '@/shared/feed/freshness'
import { shownState } from '@/shared/replay/shown-state'
import { rateOf, type TimedScrape } from './metric-rates'
import { total } from './samples'

/** One line per channel of the feed: what it says of itself and how much it brings. */
export interface ChannelRow {
  readonly channel: string
  /** `unknown` while nobody tells us: what was last said of a channel is not what it does now. */
  readonly state: DotWord
  /** Seconds since its last message; null before the first. */
  readonly ageS: number | null
  readonly perSecond: number | null
  readonly messages: number | null
}

/** F and OL speak a few times a day: silence of theirs says nothing. */
const SELDOM: ReadonlySet<string> = new Set(['F', 'OL'])
const QUIET_S = 60
/** The link to the server is down, so nothing is known of the feed behind it. */
const UNTOLD: ReadonlySet<FeedWord> = new Set(['lost', 'refused', 'paused', 'connecting'])

function stateOf(channel: string, status: FeedStatus, word: FeedWord, ageS: number): DotWord {
  if (UNTOLD.has(word)) return 'unknown'
  if (status.muted_channels?.includes(channel)) return 'mute'
  const state = word === 'polling' ? shownState(status) : word
  if (state !== 'live' && state !== 'partial' && state !== 'replaying') return state
  if (SELDOM.has(channel) || ageS > QUIET_S) return 'quiet'
  return state === 'replaying' ? 'replaying' : 'live'
}

export function channelRows(
  status: FeedStatus | null,
  word: FeedWord,
  sinceStatusS: number,
  before: TimedScrape | null,
  now: TimedScrape | null,
): readonly ChannelRow[] {
  if (!status) return []
  return Object.entries(status.ages ?? {}).map(([channel, age]) => {
    const ageS = age + sinceStatusS
    return {
      channel,
      state: stateOf(channel, status, word, ageS),
      ageS,
      perSecond: rateOf(before, now, 'ssi_messages_received_total', { channel }),
      messages: now ? total(now.scrape, 'ssi_messages_received_total', { channel }) : null,
    }
  })
}
