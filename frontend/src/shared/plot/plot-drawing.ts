import { scaleOf, type Baseline, type Columns, type Line, type PlotPane, type PlotSpec, type Scale, type Token } from './plot-spec'

/** Draws a plot on a canvas. Colours are read from the tokens at each draw: theme and palette only cause a redraw. */

const AXIS_PX = 18
const RIGHT_PX = 58
const PANE_GAP_PX = 6
const FILL_ALPHA = 0.16
const GRID_ALPHA = 0.55
const COLUMN_SHARE = 0.68

interface Board {
  context: CanvasRenderingContext2D
  width: number
  plotWidth: number
  places: number
  x: (place: number) => number
  token: (name: Token) => string
  font: string
}

interface Area {
  top: number
  height: number
  scale: Scale
  y: (value: number) => number
}

/** `cursor`: the place under the pointer, null for none. */
export function drawPlot(canvas: HTMLCanvasElement, spec: PlotSpec, cursor: number | null): void {
  const context = canvas.getContext('2d')
  const { clientWidth: width, clientHeight: height } = canvas
  if (!context || width <= RIGHT_PX || height <= AXIS_PX) return
  const ratio = window.devicePixelRatio || 1
  canvas.width = width * ratio
  canvas.height = height * ratio
  context.scale(ratio, ratio)
  const styles = getComputedStyle(canvas)
  const font = `11px ${styles.fontFamily}`
  const plotWidth = width - RIGHT_PX
  const board: Board = {
    context, width, plotWidth, font,
    places: spec.places,
    x: (place) => ((place + 0.5) * plotWidth) / spec.places,
    token: (name) => styles.getPropertyValue(name).trim(),
  }
  context.font = font
  context.textBaseline = 'middle'
  const bottom = height - AXIS_PX
  drawLabels(board, spec, bottom, height)
  drawBreaks(board, spec, bottom)
  let top = 0
  for (const [i, pane] of spec.panes.entries()) {
    const share = pane.weight * bottom
    const gap = i ? PANE_GAP_PX : 0
    drawPane(board, pane, top + gap, share - gap, i > 0)
    top += share
  }
  if (cursor !== null) vertical(board, board.x(cursor), bottom, '--line-strong', [3, 3])
}

/** The place under a horizontal position, which may lie outside. */
export const placeAt = (canvas: HTMLCanvasElement, x: number, places: number): number =>
  Math.floor((x / (canvas.clientWidth - RIGHT_PX)) * places)

function vertical(board: Board, at: number, bottom: number, colour: Token, dash: number[] = []): void {
  const { context } = board
  const x = Math.round(at) + 0.5
  context.strokeStyle = board.token(colour)
  context.lineWidth = 1
  context.setLineDash(dash)
  context.beginPath()
  context.moveTo(x, 0)
  context.lineTo(x, bottom)
  context.stroke()
  context.setLineDash([])
}

function horizontal(board: Board, at: number, colour: Token, width: number): void {
  const { context } = board
  const y = Math.round(at) + 0.5
  context.strokeStyle = board.token(colour)
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(width, y)
  context.stroke()
}

function drawLabels(board: Board, spec: PlotSpec, bottom: number, height: number): void {
  const { context, plotWidth } = board
  let end = -Infinity
  for (const { place, text } of spec.labels) {
    context.globalAlpha = GRID_ALPHA
    vertical(board, board.x(place), bottom, '--line')
    context.globalAlpha = 1
    const width = context.measureText(text).width
    const x = Math.max(0, Math.min(board.x(place) - width / 2, plotWidth - width))
    if (x < end + 8) continue // labels that would touch are left out
    end = x + width
    context.fillStyle = board.token('--text-3')
    context.textAlign = 'left'
    context.fillText(text, x, height - AXIS_PX / 2 + 1)
  }
}

function drawBreaks(board: Board, spec: PlotSpec, bottom: number): void {
  for (const place of spec.breaks) vertical(board, (place * board.plotWidth) / spec.places, bottom, '--line-strong', [2, 3])
}

function drawPane(board: Board, pane: PlotPane, top: number, height: number, isFollowing: boolean): void {
  const scale = scaleOf(pane.series, height)
  const area: Area = { top, height, scale, y: (value) => top + ((scale.high - value) / (scale.high - scale.low)) * height }
  if (isFollowing) horizontal(board, top - PANE_GAP_PX / 2, '--line', board.width)
  const tags = pane.series.flatMap((series) => (series.kind === 'baseline' && series.isTagged ? tagOf(series, area) : []))
  drawGrid(board, pane, area, tags.map((tag) => tag.y))
  for (const series of pane.series) {
    if (series.kind === 'columns') drawColumns(board, series, area)
    else if (series.kind === 'line') drawLine(board, series, area)
    else drawBaseline(board, series, area)
  }
  for (const tag of tags) drawTag(board, tag, pane.format(tag.value, true))
}

function drawGrid(board: Board, pane: PlotPane, area: Area, tagged: readonly number[]): void {
  const { context } = board
  for (const tick of area.scale.ticks) {
    const y = area.y(tick)
    if (y < area.top + 6 || y > area.top + area.height - 2) continue
    context.globalAlpha = GRID_ALPHA
    horizontal(board, y, '--line', board.plotWidth)
    context.globalAlpha = 1
    if (tagged.some((at) => Math.abs(at - y) < 16)) continue
    context.fillStyle = board.token('--text-3')
    context.textAlign = 'right'
    context.fillText(pane.format(tick, false), board.width - 8, y)
  }
  horizontal(board, area.y(0), '--line-strong', board.plotWidth)
}

/** Pieces of a line between places without a value. */
function tracePath(board: Board, values: Baseline['values'], area: Area, toZero: boolean): Path2D {
  const path = new Path2D()
  let begun: number | null = null
  const close = (end: number): void => {
    if (toZero && begun !== null) {
      path.lineTo(board.x(end), area.y(0))
      path.lineTo(board.x(begun), area.y(0))
    }
    begun = null
  }
  values.forEach((value, place) => {
    if (value === null) return close(place - 1)
    if (begun === null) {
      begun = place
      path.moveTo(board.x(place), area.y(value))
    } else path.lineTo(board.x(place), area.y(value))
  })
  close(values.length - 1)
  return path
}

function drawLine(board: Board, { values, colour, isDashed }: Line, area: Area): void {
  const { context } = board
  context.strokeStyle = board.token(colour)
  context.lineWidth = isDashed ? 1 : 1.5
  context.lineJoin = 'round'
  context.setLineDash(isDashed ? [4, 3] : [])
  context.stroke(tracePath(board, values, area, false))
  context.setLineDash([])
}

function drawBaseline(board: Board, { values, above, below }: Baseline, area: Area): void {
  const { context } = board
  const zero = area.y(0)
  const line = tracePath(board, values, area, false)
  const fill = tracePath(board, values, area, true)
  const sides: [Token, number, number][] = [[above, area.top - 2, zero - area.top + 2], [below, zero, area.top + area.height - zero + 2]]
  for (const [colour, top, height] of sides) {
    if (height <= 0) continue
    context.save()
    context.beginPath()
    context.rect(0, top, board.plotWidth, height)
    context.clip()
    context.fillStyle = board.token(colour)
    context.globalAlpha = FILL_ALPHA
    context.fill(fill)
    context.globalAlpha = 1
    context.strokeStyle = board.token(colour)
    context.lineWidth = 1.75
    context.lineJoin = 'round'
    context.stroke(line)
    context.restore()
  }
}

function drawColumns(board: Board, { values, above, below }: Columns, area: Area): void {
  const { context } = board
  const width = Math.max(1, (board.plotWidth / board.places) * COLUMN_SHARE)
  const zero = area.y(0)
  const colours = { above: board.token(above), below: board.token(below) }
  context.globalAlpha = 0.85
  values.forEach((value, place) => {
    if (!value) return
    const y = area.y(value)
    context.fillStyle = value > 0 ? colours.above : colours.below
    context.fillRect(board.x(place) - width / 2, Math.min(y, zero), width, Math.max(1, Math.abs(zero - y)))
  })
  context.globalAlpha = 1
}

interface Tag {
  place: number
  value: number
  y: number
  colour: Token
}

function tagOf({ values, above, below }: Baseline, area: Area): Tag[] {
  const place = values.findLastIndex((value) => value !== null)
  const value = values[place]
  if (value == null) return []
  return [{ place, value, y: Math.max(area.top + 8, Math.min(area.y(value), area.top + area.height - 6)), colour: value >= 0 ? above : below }]
}

function drawTag(board: Board, tag: Tag, text: string): void {
  const { context } = board
  context.fillStyle = board.token(tag.colour)
  context.beginPath()
  context.arc(board.x(tag.place), tag.y, 2.5, 0, Math.PI * 2)
  context.fill()
  context.beginPath()
  context.roundRect(board.plotWidth + 3, tag.y - 8, RIGHT_PX - 6, 16, 2)
  context.fill()
  context.fillStyle = board.token('--surface')
  context.textAlign = 'right'
  context.font = `600 ${board.font}`
  context.fillText(text, board.width - 8, tag.y + 0.5)
  context.font = board.font
}
