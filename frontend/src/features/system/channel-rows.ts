import type { FeedStatus } from '@/shared/api/models'
import { shownState } from '@/shared/replay/shown-state'
import { rateOf, type TimedScrape } from './metric-rates'
import { total } from './samples'
import type { ChannelState } from './StateDot'

/** One line per channel of the feed: what it says of itself and how much it brings. */
export interface ChannelRow {
  readonly channel: string
  readonly state: ChannelState
  /** Seconds since its last message; null before the first. */
  readonly ageS: number | null
  readonly perSecond: number | null
  readonly messages: number | null
}

/** F and OL speak a few times a day: silence of theirs says nothing. */
const SELDOM: ReadonlySet<string> = new Set(['F', 'OL'])
const QUIET_S = 60

function stateOf(channel: string, status: FeedStatus, ageS: number): ChannelState {
  if (status.muted_channels?.includes(channel)) return 'mute'
  if (status.state !== 'live' && status.state !== 'partial') return status.state
  return SELDOM.has(channel) || ageS > QUIET_S ? 'quiet' : shownState({ source: status.source, state: 'live' })
}

export function channelRows(status: FeedStatus | null, sinceStatusS: number, before: TimedScrape | null, now: TimedScrape | null): readonly ChannelRow[] {
  if (!status) return []
  return Object.entries(status.ages ?? {}).map(([channel, age]) => {
    const ageS = age + sinceStatusS
    return {
      channel,
      state: stateOf(channel, status, ageS),
      ageS,
      perSecond: rateOf(before, now, 'ssi_messages_received_total', { channel }),
      messages: now ? total(now.scrape, 'ssi_messages_received_total', { channel }) : null,
    }
  })
}
