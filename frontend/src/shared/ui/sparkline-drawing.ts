export interface SparkPoint {
  /** Place in the session, from 0. */
  place: number
  value: number
}

const MAX_POINTS = 60 // more than the 72 px of the canvas can show apart

/** Keep every nth point and the last: the line ends where the price is. */
export function thin(points: readonly SparkPoint[], limit = MAX_POINTS): readonly SparkPoint[] {
  const step = Math.ceil(points.length / limit)
  return step <= 1 ? points : points.filter((_, i) => i % step === 0 || i === points.length - 1)
}

export interface SparkColours {
  above: `--${string}`
  below: `--${string}`
}

const PRICE_COLOURS: SparkColours = { above: '--up', below: '--down' }

export function drawSparkline(
  canvas: HTMLCanvasElement,
  all: readonly SparkPoint[],
  places: number,
  reference: number | null,
  { above, below }: SparkColours = PRICE_COLOURS,
): void {
  const context = canvas.getContext('2d')
  const { clientWidth: width, clientHeight: height } = canvas
  if (!context || !width || !height) return
  const ratio = window.devicePixelRatio || 1
  canvas.width = width * ratio
  canvas.height = height * ratio
  context.scale(ratio, ratio)
  const points = thin(all)
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last) return

  const token = (name: string): string => getComputedStyle(canvas).getPropertyValue(name).trim()
  const values = points.map((point) => point.value)
  const base = reference ?? first.value
  const low = Math.min(...values, base)
  const high = Math.max(...values, base)
  const x = (place: number): number => 1 + (place / (places - 1)) * (width - 4)
  const y = (value: number): number => (high === low ? height / 2 : 2 + ((high - value) / (high - low)) * (height - 4))
  const colour = token(last.value > base ? above : last.value < base ? below : '--ref')

  if (reference !== null) {
    context.strokeStyle = token('--ref')
    context.globalAlpha = 0.7
    context.setLineDash([2, 3])
    context.beginPath()
    context.moveTo(0, Math.round(y(reference)) + 0.5)
    context.lineTo(width, Math.round(y(reference)) + 0.5)
    context.stroke()
    context.setLineDash([])
    context.globalAlpha = 1
  }
  const line = new Path2D()
  points.forEach((point, i) => (i ? line.lineTo(x(point.place), y(point.value)) : line.moveTo(x(point.place), y(point.value))))
  context.strokeStyle = colour
  context.lineWidth = 1.25
  context.lineJoin = 'round'
  context.stroke(line)
  const area = new Path2D(line)
  area.lineTo(x(last.place), y(base))
  area.lineTo(x(first.place), y(base))
  context.fillStyle = colour
  context.globalAlpha = 0.12
  context.fill(area)
  context.globalAlpha = 1
  context.beginPath()
  context.arc(x(last.place), y(last.value), 2, 0, Math.PI * 2)
  context.fill()
}
