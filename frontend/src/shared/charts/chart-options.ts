import type { ChartOptions, DeepPartial, TickMarkType, Time } from 'lightweight-charts'
import { withAlpha, type ChartColours } from './chart-colours'
import { formatDay, formatDayMinute, formatMinute, fromChartTime } from './chart-time'

/** Year, month and day of the library's TickMarkType; what follows are times of a day. */
const LAST_DATE_MARK = 2
const BAR_SPACING_MAX = 28

export interface ChartBehaviour {
  /** A fixed chart shows all it has; else it can be moved and zoomed. */
  isFixed: boolean
  /** A bar is a day: the axis has dates only. */
  isDaily: boolean
}

/** Everything but what depends on colours. */
export function chartOptions({ isFixed, isDaily }: ChartBehaviour): DeepPartial<ChartOptions> {
  const tick = (time: Time, mark: TickMarkType): string => {
    const ms = fromChartTime(time)
    if (ms === null) return ''
    return isDaily || (mark as number) <= LAST_DATE_MARK ? formatDay(ms) : formatMinute(ms)
  }
  return {
    autoSize: true,
    handleScroll: isFixed ? false : { vertTouchDrag: false },
    handleScale: isFixed ? false : { axisPressedMouseMove: { time: true, price: false } },
    // What can be moved ends with its data; conflation and minBarSpacing let a whole session fit (UI.md 4.5).
    timeScale: {
      timeVisible: !isDaily, secondsVisible: false, fixLeftEdge: !isFixed, fixRightEdge: !isFixed, shiftVisibleRangeOnNewBar: !isFixed, minBarSpacing: 0.02,
      // The first bars of a day are candles, not walls; 0 is no limit.
      maxBarSpacing: isFixed ? 0 : BAR_SPACING_MAX,
      enableConflation: true, lockVisibleTimeRangeOnResize: true, tickMarkFormatter: tick,
    },
    localization: {
      timeFormatter: (time: Time) => {
        const ms = fromChartTime(time)
        return ms === null ? '' : isDaily ? formatDay(ms) : formatDayMinute(ms)
      },
    },
  }
}

const GRID_ALPHA = 0.55

export function colourOptions(colours: ChartColours): DeepPartial<ChartOptions> {
  const grid = { color: withAlpha(colours['--line'], GRID_ALPHA) }
  const cross = { color: colours['--line-strong'], labelBackgroundColor: colours['--surface-2'] }
  return {
    layout: {
      background: { color: colours['--surface'] },
      textColor: colours['--text-3'],
      fontFamily: "'Inter Variable', Inter, system-ui, 'Segoe UI', 'Noto Sans', sans-serif",
      fontSize: 11,
      attributionLogo: false, // the figure has the credit line
      panes: { separatorColor: colours['--line'], separatorHoverColor: colours['--line'], enableResize: false },
    },
    grid: { vertLines: grid, horzLines: grid },
    crosshair: { mode: 0, vertLine: cross, horzLine: cross },
    rightPriceScale: { borderVisible: false, minimumWidth: 64 },
    timeScale: { borderVisible: false },
  }
}
