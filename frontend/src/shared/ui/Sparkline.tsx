import { useEffect, useRef } from 'react'
import { usePalette, useTheme } from '../preferences/use-appearance'
import { drawSparkline, type SparkColours, type SparkPoint } from './sparkline-drawing'

interface SparklineProps {
  points: readonly SparkPoint[]
  /** How many places the whole session has; what has not happened yet stays empty. */
  places: number
  reference: number | null
  className?: string | undefined
  /** Tokens above and below the reference; those of prices unless told. */
  colours?: SparkColours
}

/** Hidden from screen readers: the figures it draws stand beside it. */
export function Sparkline({ points, places, reference, className, colours }: SparklineProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useTheme()
  const palette = usePalette()
  useEffect(() => {
    if (canvas.current) drawSparkline(canvas.current, points, places, reference, colours)
    // Canvas does not follow CSS variables: theme and palette only cause a redraw.
  }, [points, places, reference, colours, theme, palette])
  return <canvas ref={canvas} className={className} aria-hidden="true" />
}
