import type { IPrimitivePaneRenderer, IPrimitivePaneView, ISeriesPrimitive, SeriesAttachedParameter, Time } from 'lightweight-charts'

export type DrawTarget = Parameters<IPrimitivePaneRenderer['draw']>[0]
export type Attachment = SeriesAttachedParameter<Time>

/** Something drawn beneath the series it is attached to, and drawn again when what it shows has changed. */
export abstract class PanePrimitive implements ISeriesPrimitive {
  private attachment: Attachment | null = null
  private readonly views: readonly IPrimitivePaneView[] = [
    { zOrder: () => 'bottom', renderer: () => ({ draw: (target) => void (this.attachment && this.draw(target, this.attachment)) }) },
  ]

  attached(attachment: Attachment): void {
    this.attachment = attachment
  }

  detached(): void {
    this.attachment = null
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views
  }

  protected redraw(): void {
    this.attachment?.requestUpdate()
  }

  protected abstract draw(target: DrawTarget, attachment: Attachment): void
}
