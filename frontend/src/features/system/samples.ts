import type { Figures } from '@/shared/api/client'

/** The server's figures at one moment: samples of Prometheus' metrics by their names. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
export type Scrape = ReadonlyMap<string, readonly Sample[]>

export const scrapeOf = (figures: Figures): Scrape => new Map(Object.entries(figures))

type Labels = Readonly<Record<string, string>>

const matches = (sample: Sample, labels: Labels): boolean => Object.entries(labels).every(([key, value]) => sample.labels[key] === value)

/** The sum over all samples that have these labels; null when there is none. */
export function total(scrape: Scrape, name: string, labels: Labels = {}): number | null {
  const chosen = scrape.get(name)?.filter((sample) => matches(sample, labels)) ?? []
  return chosen.length ? chosen.reduce((sum, { value }) => sum + value, 0) : null
}

export const labelsOf = (scrape: Scrape, name: string, label: string): readonly string[] => [
  ...new Set((scrape.get(name) ?? []).flatMap((sample) => sample.labels[label] ?? [])),
]

/** Cumulative counts by upper bound, ascending, summed over the samples that have these labels. */
export function buckets(scrape: Scrape, name: string, labels: Labels = {}): readonly (readonly [bound: number, count: number])[] {
  const counts = new Map<number, number>()
  for (const sample of scrape.get(`${name}_bucket`) ?? []) {
    if (!matches(sample, labels)) continue
    const bound = boundOf(sample.labels.le)
    counts.set(bound, (counts.get(bound) ?? 0) + sample.value)
  }
  return [...counts].sort(([a], [b]) => a - b)
}

const boundOf = (text: string | undefined): number => (text === '+Inf' ? Infinity : Number(text))
