import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMinute } from '@/shared/charts/chart-time'
import { formatSigned } from '@/shared/format/board-number'
import { rangeOf, type BasisSample } from './basis-sample'
import { basisClass } from './basis-word'
import { convergenceOf, type Spread } from './convergence'
import { Gauge } from './Gauge'
import { midnightOf, timeOfTraded, tradedMs } from './session-grid'
import styles from './derivatives.module.css'

const MINUTE_MS = 60_000
const signed = (value: number): string => formatSigned(value, 2)

const Row = ({ name, aside, children }: { name: string; aside?: string | undefined; children: ReactNode }) => (
  <div className={styles.row}>
    <dt>{name}</dt>
    <dd className={styles.aside}>{aside}</dd>
    <dd>{children}</dd>
  </div>
)

/** Whether the gap to VN30 closes or opens, and how fast. */
export function ConvergencePane({ day, spread }: { day: readonly BasisSample[]; spread: Spread | null }) {
  const { t } = useTranslation()
  const convergence = useMemo(() => convergenceOf(day), [day])
  const range = useMemo(() => rangeOf(day), [day])
  const last = day.at(-1)
  const trend = convergence ? t(`derivatives/${convergence.trend}`) : t('derivatives/tooFew')
  const toZero = convergence?.minutesToZero
  const zeroAt = last && toZero != null ? timeOfTraded(midnightOf(last.timeMs), tradedMs(last.timeMs) + toZero * MINUTE_MS) : null
  return (
    <section className={styles.pane} aria-labelledby="convergence">
      <div className={styles.paneHead}>
        <h2 id="convergence">{t('derivatives/convergence')}</h2>
        <b className={styles.end}>{trend}</b>
      </div>
      {last && range ? (
        <div className={styles.convergence}>
          <Gauge basis={last.basis} before={convergence?.before?.basis ?? null} range={range} spread={spread} label={t('derivatives/gauge', { basis: signed(last.basis), trend })} />
          <dl>
            <Row name={t('derivatives/slope')}>{convergence ? t('derivatives/perMinute', { value: signed(convergence.slope) }) : '–'}</Row>
            <Row name={t('derivatives/before')} aside={convergence?.before ? formatMinute(convergence.before.timeMs) : undefined}>
              {convergence?.before ? <span className={basisClass(convergence.before.basis)}>{signed(convergence.before.basis)}</span> : '–'}
            </Row>
            <Row name={t('derivatives/zero')} aside={zeroAt === null ? undefined : t('derivatives/about', { time: formatMinute(zeroAt) })}>
              {toZero == null ? '–' : t('derivatives/minutes', { count: Math.round(toZero) })}
            </Row>
            {spread?.sigma ? <Row name={t('derivatives/deviation', { count: spread.sessions })}>{formatSigned((last.basis - spread.mean) / spread.sigma, 2)}σ</Row> : null}
            <Row name={t('derivatives/dayRange')}>
              <span className={basisClass(range.first)}>{signed(range.first)}</span> · <span className={basisClass(range.high)}>{signed(range.high)}</span> ·{' '}
              <span className={basisClass(range.low)}>{signed(range.low)}</span>
            </Row>
          </dl>
        </div>
      ) : (
        <p className={styles.nothing}>{t('derivatives/noPoints')}</p>
      )}
    </section>
  )
}
