/** Prometheus' text format, as far as the server writes it: names, labels, numbers. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}
export type Scrape = ReadonlyMap<string, readonly Sample[]>

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

const unescape = (text: string): string => text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))

function numberOf(text: string): number {
  if (text === '+Inf') return Infinity
  return text === '-Inf' ? -Infinity : Number(text)
}

/** Comments and what is no sample are left out: a page that is not metrics gives an empty scrape. */
export function readScrape(text: string): Scrape {
  const families = new Map<string, Sample[]>()
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    const [, name, labelText = '', valueText = ''] = LINE.exec(line) ?? []
    const value = numberOf(valueText)
    if (!name || Number.isNaN(value)) continue
    const labels = Object.fromEntries([...labelText.matchAll(LABEL)].map(([, key = '', label = '']) => [key, unescape(label)]))
    const family = families.get(name)
    if (family) family.push({ labels, value })
    else families.set(name, [{ labels, value }])
  }
  return families
}

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
    const bound = numberOf(sample.labels.le ?? '')
    counts.set(bound, (counts.get(bound) ?? 0) + sample.value)
  }
  return [...counts].sort(([a], [b]) => a - b)
}
