import { formatBillions, formatSignedBillions } from '@/shared/format/board-number'
import { lastPlace, type PlotSpec } from '@/shared/plot/plot-spec'
import { daysAxis, sessionAxis, stretch } from '@/shared/plot/session-axis'
import { joinDays, stepsOf, type DayLine } from './day-lines'
import type { ForeignHistory } from './use-foreign-history'
import type { Range } from './use-foreign-view'

const MINUTES: Record<Exclude<Range, '5d'>, number | null> = { day: null, '60': 60, '30': 30 }
const formatNet = (value: number, isTag: boolean): string => (isTag ? formatSignedBillions(value) : formatBillions(value, 0))
const formatStep = (value: number): string => formatBillions(value, Math.abs(value) < 1e10 ? 1 : 0)

/** A plot, and the place of the session (or of the days) that its first place is. */
export interface FlowPlot {
  spec: PlotSpec
  from: number
  net: DayLine
}

export function flowPlot(history: ForeignHistory, range: Range): FlowPlot {
  const net = range === '5d' ? joinDays(history.days.map((day) => day.line)) : history.today
  const steps = range === '5d' ? joinDays(history.days.map((day) => stepsOf(day.line))) : stepsOf(net)
  const last = net.findLastIndex((value) => value !== null)
  const { from, to } = range === '5d' ? { from: 0, to: net.length } : stretch(MINUTES[range], last)
  const cut = (values: DayLine): DayLine => values.slice(from, to)
  const axis = range === '5d' ? daysAxis(history.days.map((day) => day.date)) : sessionAxis(from, to)
  const mean = range !== '5d' && history.meanDays ? [{ kind: 'line' as const, values: cut(history.mean), colour: '--text-3' as const, isDashed: true }] : []
  const spec: PlotSpec = {
    ...axis,
    panes: [
      {
        weight: 0.76,
        format: formatNet,
        series: [...mean, { kind: 'baseline', values: cut(net), above: '--buy', below: '--sell', isTagged: true }],
      },
      { weight: 0.24, format: formatStep, series: [{ kind: 'columns', values: cut(steps), above: '--buy', below: '--sell' }] },
    ],
  }
  return { spec, from, net }
}

export const hasPoints = (plot: FlowPlot): boolean => lastPlace(plot.spec.panes.slice(0, 1)) >= 0
