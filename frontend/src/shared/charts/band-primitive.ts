import type { AutoscaleInfo } from 'lightweight-charts'
import { withAlpha } from './chart-colours'
import { PanePrimitive, type Attachment, type DrawTarget } from './pane-primitive'
import type { ValueBand } from './series-spec'

const FILL_ALPHA = 0.1
const EDGE_ALPHA = 0.35
const MEAN_ALPHA = 0.7
const MEAN_DASH = [2, 4]

/** A ValueBand beneath the series it is attached to. */
export class BandPrimitive extends PanePrimitive {
  private band: ValueBand | null = null
  private colour = '#888888'

  autoscaleInfo(): AutoscaleInfo | null {
    return this.band?.isScaled ? { priceRange: { minValue: this.band.low, maxValue: this.band.high } } : null
  }

  set(band: ValueBand | null, colour: string): void {
    this.band = band
    this.colour = colour
    this.redraw()
  }

  protected draw(target: DrawTarget, { series }: Attachment): void {
    const { band, colour } = this
    if (!band) return
    const [top, middle, bottom] = [band.high, band.mean, band.low].map((value) => series.priceToCoordinate(value))
    if (top == null || middle == null || bottom == null) return
    target.useMediaCoordinateSpace(({ context, mediaSize: { width } }) => {
      context.save()
      context.fillStyle = withAlpha(colour, FILL_ALPHA)
      context.fillRect(0, top, width, bottom - top)
      strokeAcross(context, width, top, withAlpha(colour, EDGE_ALPHA))
      strokeAcross(context, width, bottom, withAlpha(colour, EDGE_ALPHA))
      context.setLineDash(MEAN_DASH)
      strokeAcross(context, width, middle, withAlpha(colour, MEAN_ALPHA))
      context.restore()
    })
  }
}

function strokeAcross(context: CanvasRenderingContext2D, width: number, y: number, colour: string): void {
  context.strokeStyle = colour
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(width, y)
  context.stroke()
}
