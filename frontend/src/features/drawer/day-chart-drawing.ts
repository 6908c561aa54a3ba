import { priceDecimals, shownPrice, type PriceUnit } from '@/shared/format/board-number'
import { formatNumber } from '@/shared/format/board-number'
import { SESSION_PLACES } from '@/shared/time/trading-day'
import type { SparkPoint } from '@/shared/ui/sparkline-drawing'

/** The day of a symbol around its reference: filled up and down, the rest of the session left empty. */

export interface DayChart {
  points: readonly SparkPoint[]
  reference: number | null
  unit: PriceUnit
}

const AXIS_PX = 52
const FOOT_PX = 18
const LUNCH_PLACE = 150
/** Places of the hours that get a grid line; lunch is taken out of the axis. */
const HOURS = [[0, '09:00'], [60, '10:00'], [120, '11:00'], [180, '13:30'], [240, '14:30']] as const
const HEAD_ROOM = 0.08

interface Frame {
  context: CanvasRenderingContext2D
  width: number
  height: number
  token: (name: string) => string
  x: (place: number) => number
  y: (value: number) => number
}

function frameOf(canvas: HTMLCanvasElement, { points, reference }: DayChart): Frame | null {
  const context = canvas.getContext('2d')
  const { clientWidth, clientHeight } = canvas
  if (!context || !clientWidth || !clientHeight) return null
  const ratio = window.devicePixelRatio || 1
  canvas.width = clientWidth * ratio
  canvas.height = clientHeight * ratio
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const values = points.map((point) => point.value).concat(reference ?? [])
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = (high - low || high * 0.01) * HEAD_ROOM
  const width = clientWidth - AXIS_PX
  const height = clientHeight - FOOT_PX
  return {
    context, width, height,
    token: (name) => style.getPropertyValue(name).trim(),
    x: (place) => 1 + (place / (SESSION_PLACES - 1)) * (width - 2),
    y: (value) => ((high + room - value) / (high - low + 2 * room)) * height,
  }
}

function dashed({ context }: Frame, pattern: number[], from: [number, number], to: [number, number]): void {
  context.setLineDash(pattern)
  context.beginPath()
  context.moveTo(...from)
  context.lineTo(...to)
  context.stroke()
  context.setLineDash([])
}

function drawGrid(frame: Frame): void {
  const { context, token, x, width, height } = frame
  context.font = `11px ${token('--font')}`
  context.textBaseline = 'middle'
  context.lineWidth = 1
  context.strokeStyle = token('--line')
  context.fillStyle = token('--text-3')
  for (const [place, label] of HOURS) {
    const at = Math.round(x(place)) + 0.5
    dashed(frame, [], [at, 0], [at, height])
    context.textAlign = place === 0 ? 'left' : 'center'
    context.fillText(label, place === 0 ? 0 : at, height + FOOT_PX / 2 + 2)
  }
  context.strokeStyle = token('--line-strong')
  const lunch = Math.round(x(LUNCH_PLACE)) + 0.5
  dashed(frame, [2, 3], [lunch, 0], [lunch, height])
  context.strokeStyle = token('--line')
  dashed(frame, [], [0, height + 0.5], [width, height + 0.5])
}

/** One side of the reference: what lies beyond it is clipped away. */
function drawSide(frame: Frame, points: readonly SparkPoint[], base: number, colour: string, top: number, bottom: number): void {
  const { context, x, y, width } = frame
  if (bottom <= top) return
  const line = new Path2D()
  points.forEach((point, i) => (i ? line.lineTo(x(point.place), y(point.value)) : line.moveTo(x(point.place), y(point.value))))
  const area = new Path2D(line)
  area.lineTo(x(points.at(-1)?.place ?? 0), base)
  area.lineTo(x(points[0]?.place ?? 0), base)
  context.save()
  context.beginPath()
  context.rect(0, top, width, bottom - top)
  context.clip()
  context.strokeStyle = context.fillStyle = colour
  context.lineWidth = 1.25
  context.lineJoin = 'round'
  context.stroke(line)
  context.globalAlpha = 0.16
  context.fill(area)
  context.restore()
}

function drawTag(frame: Frame, text: string, at: number, colour: string): void {
  const { context, token, width, height } = frame
  const y = Math.min(Math.max(at, 9), height - 9)
  context.fillStyle = colour
  context.beginPath()
  context.roundRect(width + 3, y - 8, AXIS_PX - 6, 16, 2)
  context.fill()
  context.fillStyle = token('--surface')
  context.font = `600 11px ${token('--font')}`
  context.textAlign = 'right'
  context.fillText(text, width + AXIS_PX - 8, y + 0.5)
}

export function drawDayChart(canvas: HTMLCanvasElement, chart: DayChart): void {
  const frame = frameOf(canvas, chart)
  const last = chart.points.at(-1)
  if (!frame || !last) return
  const { context, token, x, y, width, height } = frame
  const reference = chart.reference ?? chart.points[0]?.value ?? last.value
  const base = y(reference)
  drawGrid(frame)
  drawSide(frame, chart.points, base, token('--up'), -2, base)
  drawSide(frame, chart.points, base, token('--down'), base, height + 2)
  context.strokeStyle = token('--ref')
  context.lineWidth = 1
  dashed(frame, [3, 3], [0, Math.round(base) + 0.5], [width, Math.round(base) + 0.5])
  const colour = token(last.value > reference ? '--up' : last.value < reference ? '--down' : '--ref')
  context.fillStyle = colour
  context.beginPath()
  context.arc(x(last.place), y(last.value), 2.5, 0, Math.PI * 2)
  context.fill()
  drawTag(frame, formatNumber(shownPrice(last.value, chart.unit), priceDecimals(chart.unit)), y(last.value), colour)
}
