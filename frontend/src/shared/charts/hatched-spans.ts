import { withAlpha } from './chart-colours'
import { toChartTime } from './chart-time'
import { PanePrimitive, type Attachment, type DrawTarget } from './pane-primitive'
import type { HatchedSpan } from './series-spec'

const STRIPE_PX = 7
const MIN_WIDTH_PX = 6
const STRIPE_ALPHA = 0.5
const FILL_ALPHA = 0.06

/** Slanted stripes over stretches of time, from top to bottom of the pane, beneath the series. */
export class HatchedSpans extends PanePrimitive {
  private spans: readonly HatchedSpan[] = []
  private times: readonly number[] = []
  private colour = '#888888'

  /** `times`: the places of the axis, epoch ms, ascending; a span covers every place it touches. */
  set(spans: readonly HatchedSpan[], times: readonly number[], colour: string): void {
    this.spans = spans
    this.times = times
    this.colour = colour
    this.redraw()
  }

  protected draw(target: DrawTarget, { chart }: Attachment): void {
    const scale = chart.timeScale()
    target.useMediaCoordinateSpace(({ context, mediaSize: { height } }) => {
      for (const span of this.spans) {
        const places = placesOf(span, this.times)
        const from = places && scale.timeToCoordinate(toChartTime(places.fromMs))
        const to = places && scale.timeToCoordinate(toChartTime(places.toMs))
        if (from == null || to == null) continue
        const half = Math.max(scale.options().barSpacing, MIN_WIDTH_PX) / 2
        hatch(context, from - half, to - from + 2 * half, height, this.colour)
      }
    })
  }
}

/** The first and the last place of the axis a span touches: the one it begins in, to the one it ends in; null outside. */
export function placesOf({ fromMs, toMs }: HatchedSpan, times: readonly number[]): HatchedSpan | null {
  const first = times[0]
  if (first === undefined || toMs < first) return null
  let from = first
  let to = first
  for (const time of times) {
    if (time > toMs) break
    if (time <= fromMs) from = time
    to = time
  }
  return { fromMs: from, toMs: to }
}

function hatch(context: CanvasRenderingContext2D, left: number, width: number, height: number, colour: string): void {
  context.save()
  context.beginPath()
  context.rect(left, 0, width, height)
  context.clip()
  context.fillStyle = withAlpha(colour, FILL_ALPHA)
  context.fillRect(left, 0, width, height)
  context.strokeStyle = withAlpha(colour, STRIPE_ALPHA)
  context.lineWidth = 1
  context.beginPath()
  for (let x = left - height; x < left + width; x += STRIPE_PX) {
    context.moveTo(x, height)
    context.lineTo(x + height, 0)
  }
  context.stroke()
  context.restore()
}
