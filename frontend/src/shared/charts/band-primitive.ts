import type { AutoscaleInfo, IPrimitivePaneRenderer, IPrimitivePaneView, ISeriesPrimitive, SeriesAttachedParameter, Time } from 'lightweight-charts'
import { withAlpha } from './chart-colours'
import type { ValueBand } from './series-spec'

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0]

const FILL_ALPHA = 0.1
const EDGE_ALPHA = 0.35
const MEAN_ALPHA = 0.7
const MEAN_DASH = [2, 4]

/** A ValueBand beneath the series it is attached to. */
export class BandPrimitive implements ISeriesPrimitive {
  private attachment: SeriesAttachedParameter<Time> | null = null
  private band: ValueBand | null = null
  private colour = '#888888'
  private readonly view: IPrimitivePaneView = { zOrder: () => 'bottom', renderer: () => ({ draw: (target) => this.draw(target) }) }

  attached(attachment: SeriesAttachedParameter<Time>): void {
    this.attachment = attachment
  }

  detached(): void {
    this.attachment = null
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this.view]
  }

  autoscaleInfo(): AutoscaleInfo | null {
    return this.band?.isScaled ? { priceRange: { minValue: this.band.low, maxValue: this.band.high } } : null
  }

  set(band: ValueBand | null, colour: string): void {
    this.band = band
    this.colour = colour
    this.attachment?.requestUpdate()
  }

  private draw(target: Target): void {
    const { band, attachment, colour } = this
    if (!band || !attachment) return
    const [top, middle, bottom] = [band.high, band.mean, band.low].map((value) => attachment.series.priceToCoordinate(value))
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
