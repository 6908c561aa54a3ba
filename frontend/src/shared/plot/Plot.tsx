import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { usePalette, useTheme } from '@/shared/preferences/use-appearance'
import { drawPlot, placeAt } from './plot-drawing'
import { lastPlace, type PlotSpec } from './plot-spec'
import styles from './plot.module.css'

interface PlotProps {
  label: string
  spec: PlotSpec
  /** What is said of a place: under the pointer, or where the arrow keys are. */
  read: (place: number) => string
}

const STEPS: Partial<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -15, PageDown: 15, Home: -Infinity, End: Infinity }

/** A canvas with a read-out. Its figures are to be had as a table beside it. */
export function Plot({ label, spec, read }: PlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const theme = useTheme()
  const palette = usePalette()
  const last = lastPlace(spec.panes)
  const shown = cursor === null ? null : Math.min(cursor, last)
  const draw = useCallback(() => {
    if (canvas.current) drawPlot(canvas.current, spec, shown)
  }, [spec, shown])
  useEffect(draw, [draw, theme, palette])
  useEffect(() => {
    if (!canvas.current || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(draw)
    observer.observe(canvas.current)
    return () => observer.disconnect()
  }, [draw])

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const place = placeAt(event.currentTarget, event.nativeEvent.offsetX, spec.places)
    setCursor(place < 0 || last < 0 ? null : Math.min(place, last))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step === undefined || last < 0) return
    event.preventDefault()
    setCursor(Math.max(0, Math.min(last, (shown ?? last) + step)))
  }
  const text = shown === null || shown < 0 ? '' : read(shown)
  return (
    <div
      className={styles.plot}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={Math.max(0, shown ?? last)}
      aria-valuetext={last < 0 ? undefined : read(shown ?? last)}
      onKeyDown={onKeyDown}
      onBlur={() => setCursor(null)}
    >
      <canvas ref={canvas} onPointerMove={onPointerMove} onPointerLeave={() => setCursor(null)} />
      {text ? (
        <span className={styles.readOut} style={shown !== null && shown > spec.places / 2 ? { left: 0 } : { right: 64 }}>
          {text}
        </span>
      ) : null}
    </div>
  )
}
