import { useEffect, useMemo, useRef, useState } from 'react'
import { usePalette, useTheme } from '@/shared/preferences/use-appearance'
import type { ChartContent, LiveChart } from './live-chart'
import { readColours } from './chart-colours'
import styles from './charts.module.css'

interface SeriesChartProps {
  content: ChartContent
  /** Shows all it has and can't be moved. */
  isFixed?: boolean
  isDaily?: boolean
  /** The place under the pointer, epoch ms; null when it leaves. */
  onPoint?: (timeMs: number | null) => void
}

const ignore = (): void => undefined

/**
 * The drawing alone, hidden from screen readers; ChartFigure puts the words around it. The library is loaded when the
 * element first has a size, so what is not seen costs nothing.
 */
export function SeriesChart({ content, isFixed = true, isDaily = false, onPoint = ignore }: SeriesChartProps) {
  const element = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<LiveChart | null>(null)
  const pointListener = useRef(onPoint)
  const theme = useTheme()
  const palette = usePalette()
  useEffect(() => {
    pointListener.current = onPoint
  }, [onPoint])

  useEffect(() => {
    const host = element.current
    if (!host) return
    let made: LiveChart | null = null
    let isGone = false
    const make = async (): Promise<void> => {
      const [library, { LiveChart: Chart }] = await Promise.all([import('./chart-library'), import('./live-chart')])
      if (isGone) return
      made = new Chart(library, host, { isFixed, isDaily }, readColours(host), (timeMs) => pointListener.current(timeMs))
      setChart(made)
    }
    const sizes = new ResizeObserver(() => {
      if (!host.clientWidth || !host.clientHeight) return
      sizes.disconnect()
      void make()
    })
    sizes.observe(host)
    return () => {
      isGone = true
      sizes.disconnect()
      made?.remove()
      setChart(null)
    }
  }, [isFixed, isDaily])

  // eslint-disable-next-line react-hooks/exhaustive-deps -- theme and palette are what the colours are read from
  const colours = useMemo(() => (chart ? readColours(document.documentElement) : null), [chart, theme, palette])
  useEffect(() => {
    if (chart && colours) chart.show(content, colours)
  }, [chart, colours, content])

  return <div ref={element} className={styles.drawing} aria-hidden="true" />
}
