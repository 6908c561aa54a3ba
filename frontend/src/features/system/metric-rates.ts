import { buckets, total, type Scrape } from './samples'

/** What happened between two scrapes: rates and quantiles. A counter that fell belongs to another life of the server. */

export interface TimedScrape {
  /** Epoch ms of this browser. */
  readonly at: number
  readonly scrape: Scrape
}

type Labels = Readonly<Record<string, string>>

/** Per second; null without two scrapes, or when the server was started again between them. */
export function rateOf(before: TimedScrape | null, after: TimedScrape | null, name: string, labels: Labels = {}): number | null {
  if (!before || !after || after.at <= before.at) return null
  const now = total(after.scrape, name, labels)
  if (now === null) return null
  const grown = now - (total(before.scrape, name, labels) ?? 0)
  return grown < 0 ? null : (grown * 1000) / (after.at - before.at)
}

/** The q-quantile of what was observed between two scrapes, linear within its bucket; null when nothing was. */
export function quantileOf(before: TimedScrape | null, after: TimedScrape | null, name: string, q: number, labels: Labels = {}): number | null {
  if (!before || !after) return null
  const earlier = new Map(buckets(before.scrape, name, labels))
  const grown = buckets(after.scrape, name, labels).map(([bound, count]) => [bound, count - (earlier.get(bound) ?? 0)] as const)
  const all = grown.at(-1)?.[1] ?? 0
  if (all <= 0 || grown.some(([, count]) => count < 0)) return null
  let from = 0
  let below = 0
  for (const [bound, count] of grown) {
    if (count >= q * all) return bound === Infinity ? from : from + ((bound - from) * (q * all - below)) / (count - below)
    from = bound
    below = count
  }
  return from
}
