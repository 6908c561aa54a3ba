import { useId, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '@/shared/ui/IconButton'
import styles from './charts.module.css'
import { ChartTable, type ChartTableData } from './ChartTable'

interface ChartFigureProps {
  title: string
  note?: ReactNode
  /** The legend as text. */
  legend?: ReactNode
  /** What is chosen at the right of the head: range, layers. */
  tools?: ReactNode
  /** A line below the head. */
  subhead?: ReactNode
  /** The same figures in rows, newest first: always there for screen readers, for everyone at the press of a button. */
  table: ChartTableData
  className?: string | undefined
  children: ReactNode
}

/** The frame of every chart: title, legend, choices, the drawing or its table, and the credit of the library. */
export function ChartFigure({ title, note, legend, tools, subhead, table, className = '', children }: ChartFigureProps) {
  const { t } = useTranslation()
  const titleId = useId()
  const [isTable, setIsTable] = useState(false)
  return (
    <figure className={`${styles.figure} ${className}`} aria-labelledby={titleId}>
      <figcaption className={styles.head}>
        <h2 id={titleId}>{title}</h2>
        {note ? <span className={styles.note}>{note}</span> : null}
        {legend}
        <span className={styles.tools}>
          {tools}
          <IconButton icon="table" label={t('charts/table')} aria-pressed={isTable} onClick={() => setIsTable(!isTable)} />
        </span>
      </figcaption>
      {subhead}
      {isTable ? null : <div className={styles.plot}>{children}</div>}
      <ChartTable caption={title} data={table} isShown={isTable} />
      <p className={styles.credit}>
        {t('charts/credit')}{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          TradingView
        </a>
      </p>
    </figure>
  )
}
