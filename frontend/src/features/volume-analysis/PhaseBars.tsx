import { useTranslation } from 'react-i18next'
import { formatMillions, formatShare } from '@/shared/format/board-number'
import { Pane } from '@/shared/ui/Pane'
import { SplitBar } from '@/shared/ui/SplitBar'
import { PHASES, type DayPhase, type Sides } from './active-volume'
import { plannedHours, phaseState } from './phase-plan'
import styles from './volume-analysis.module.css'

interface PhaseBarsProps {
  byPhase: Record<DayPhase, Sides>
  exchange: string
  clockMs: number | null
  isOver: boolean
}

/** Always there, traded or not; the others only when something was traded in them. */
const MAIN: ReadonlySet<DayPhase> = new Set(['ato', 'continuous', 'atc'])
/** Nobody is the aggressor there; elsewhere a volume without sides is one whose prints were not seen. */
const AUCTIONS: ReadonlySet<DayPhase> = new Set(['ato', 'atc'])

export function PhaseBars({ byPhase, exchange, clockMs, isOver }: PhaseBarsProps) {
  const { t } = useTranslation()
  return (
    <Pane title={t('volume/byPhase')} end={<span className={styles.dim}>{t('volume/byPhaseNote')}</span>}>
      <ul className={styles.phases}>
        {PHASES.filter((phase) => MAIN.has(phase) || byPhase[phase].total > 0).map((phase) => {
          const sides = byPhase[phase]
          const hours = plannedHours(exchange, phase)
          return (
            <li key={phase}>
              <span>
                <b>{t(`volume/part.${phase}`)}</b>
                {hours ? <small>{hours}</small> : null}
              </span>
              {sides.total > 0 ? <PhaseBar sides={sides} isAuction={AUCTIONS.has(phase)} /> : <Waiting text={phaseState(exchange, phase, clockMs, isOver, t)} />}
              <b className={styles.phaseTotal}>{sides.total > 0 ? formatMillions(sides.total) : '–'}</b>
            </li>
          )
        })}
      </ul>
    </Pane>
  )
}

function PhaseBar({ sides, isAuction }: { sides: Sides; isAuction: boolean }) {
  const { t } = useTranslation()
  const { buy, sell, neutral, total } = sides
  const hasSides = buy + sell > 0
  return (
    <div>
      <SplitBar size="tall" buy={buy} neutral={neutral} sell={sell} />
      <span className={styles.phaseShares}>
        {hasSides ? (
          <>
            <span className="buy">
              {formatShare(buy, total)} <span className="sr-only">{t('volume/activeBuy')}</span>
            </span>
            <span className="sell">
              {formatShare(sell, total)} <span className="sr-only">{t('volume/activeSell')}</span>
            </span>
          </>
        ) : (
          <span>{t(isAuction ? 'volume/auction' : 'volume/unsided')}</span>
        )}
      </span>
    </div>
  )
}

function Waiting({ text }: { text: string }) {
  return (
    <div>
      <div className={styles.waiting} />
      <span className={styles.phaseShares}>{text}</span>
    </div>
  )
}
