import { formatMillions, formatSignedMillions } from '@/shared/format/board-number'
import type { PlotSpec } from '@/shared/plot/plot-spec'
import { sessionAxis, stretch } from '@/shared/plot/session-axis'
import { cumulativeNet, type MinuteSeries } from './minute-series'
import type { Range } from './use-volume-view'

const MINUTES: Record<Range, number | null> = { day: null, '60': 60, '30': 30 }

const formatVolume = (value: number): string => formatMillions(Math.abs(value), Math.abs(value) < 1e6 ? 2 : 1)
const formatNet = (value: number, isTag: boolean): string => (isTag ? formatSignedMillions(value, 2) : formatMillions(value, Math.abs(value) < 1e6 ? 2 : 1))

/** Buying up, selling down, minute by minute, and what their difference adds up to. `from` is the first place shown. */
export function minutePlot(series: MinuteSeries, range: Range): { spec: PlotSpec; from: number } {
  const { from, to } = stretch(MINUTES[range], series.length - 1)
  const shown = series.slice(from, to)
  const spec: PlotSpec = {
    ...sessionAxis(from, to),
    panes: [
      {
        weight: 0.62,
        format: formatVolume,
        series: [
          { kind: 'columns', values: shown.map((sides) => sides && sides.buy), above: '--buy', below: '--sell' },
          { kind: 'columns', values: shown.map((sides) => sides && -sides.sell), above: '--buy', below: '--sell' },
        ],
      },
      {
        weight: 0.38,
        format: formatNet,
        series: [{ kind: 'baseline', values: cumulativeNet(series).slice(from, to), above: '--text', below: '--text', isTagged: true }],
      },
    ],
  }
  return { spec, from }
}
