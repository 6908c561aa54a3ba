import type { SessionInfo } from '@/shared/api/models'
import type { IconName } from '@/shared/ui/icon-paths'
import type { Freshness } from '@/shared/feed/freshness'

/** One banner at a time: what endangers a decision most is said first. */

export type BannerKind =
  | 'refused' | 'lost' | 'failed' | 'stalled' | 'reconnecting' | 'connecting' | 'polling' | 'partial' | 'replay' | 'simulator' | 'closed'

export type BannerTone = 'danger' | 'warn' | 'accent' | 'calm'

export const BANNER_LOOK: Record<BannerKind, readonly [icon: IconName, tone: BannerTone]> = {
  refused: ['lock', 'danger'], lost: ['off', 'danger'], failed: ['warn', 'danger'], stalled: ['clock', 'warn'], reconnecting: ['retry', 'warn'],
  connecting: ['retry', 'calm'], polling: ['retry', 'warn'], partial: ['warn', 'warn'], replay: ['play', 'accent'], simulator: ['info', 'accent'], closed: ['lock', 'calm'],
}

export function chooseBanner(freshness: Freshness, session: SessionInfo | null, failures: number): BannerKind | null {
  const { word, source } = freshness
  switch (word) {
    case 'refused':
    case 'failed':
    case 'stalled':
    case 'reconnecting':
    case 'lost':
    case 'polling':
    case 'partial':
      return word
    case 'connecting':
      return failures > 0 ? 'lost' : source ? 'connecting' : null
    default:
      if (source === 'replay' || source === 'simulator') return source
      return word === 'closed' || session?.is_final ? 'closed' : null
  }
}
