import type { FeedState, FeedStatus } from '@/shared/api/models'

export type ShownState = FeedState | 'replaying'

/** What a feed's state is called on the screen: nothing that is replayed is called live. */
export const shownState = ({ source, state }: Pick<FeedStatus, 'source' | 'state'>): ShownState =>
  source === 'replay' && (state === 'live' || state === 'quiet') ? 'replaying' : state
