import { useTranslation } from 'react-i18next'
import type { ReactNode } from 'react'
import type { DerivativesData } from '@/shared/api/models'
import { formatNumber, formatPercent, formatSigned } from '@/shared/format/board-number'
import { directionMark, directionOf } from '@/shared/format/price-band'
import { useIndex, useSession, useSymbol } from '@/shared/market-store/market-context'
import { formatClock, formatDate, parseMoment } from '@/shared/time/market-time'
import { basisClass, basisWord } from './basis-word'
import { signChanges, type BasisSample } from './basis-sample'
import { daysUntil, weekdayOf } from './expiry'
import styles from './derivatives.module.css'

interface CardProps {
  label: ReactNode
  value: ReactNode
  note?: ReactNode
  className?: string | undefined
}

const Card = ({ label, value, note, className = '' }: CardProps) => (
  <div className={`${styles.card} ${className}`}>
    <dt>{label}</dt>
    <dd className={styles.cardValue}>{value}</dd>
    {note ? <dd className={styles.cardNote}>{note}</dd> : null}
  </div>
)

/** The page's figures at a glance, the basis first. */
export function BasisCards({ future, samples }: { future: DerivativesData; samples: readonly BasisSample[] }) {
  return (
    <dl className={styles.cards}>
      <BasisCard future={future} lastSample={samples.at(-1)} />
      <ContractCard future={future} />
      <SpotCard />
      <FlipsCard samples={samples} />
      <VolumeCard future={future} />
      <ExpiryCard future={future} />
    </dl>
  )
}

/** An old basis is dated by its own moment: the contract may have traded since, without a fresh VN30 to set it against. */
function BasisCard({ future: { basis, basis_pct, stale, last_updated }, lastSample }: { future: DerivativesData; lastSample: BasisSample | undefined }) {
  const { t } = useTranslation()
  const word = basisWord(basis)
  const moment = lastSample && lastSample.basis === basis ? lastSample.timeMs : parseMoment(last_updated)
  return (
    <Card
      className={styles.hero}
      label={
        <>
          {t('derivatives/basis')} {word ? <b className={`${styles.tag} ${basisClass(basis, stale)}`}>{t(`derivatives/${word}`)}</b> : null}
        </>
      }
      value={
        basis == null ? '–' : (
          <span className={basisClass(basis, stale)}>
            {formatSigned(basis, 2)}{' '}
            <small>
              {t('derivatives/points')}
              {basis_pct == null ? '' : ` · ${formatPercent(basis_pct)}`}
            </small>
          </span>
        )
      }
      note={stale ? t('derivatives/old', { time: moment === null ? '' : formatClock(moment) }) : null}
    />
  )
}

function Moved({ value, change, pct, decimals }: { value: number; change: number | null | undefined; pct: number | null | undefined; decimals: number }) {
  return (
    <span className={directionOf(change ?? 0)}>
      {formatNumber(value, decimals)}{' '}
      {change == null ? null : (
        <small>
          {directionMark(change)} {formatNumber(Math.abs(change), decimals)}
          {pct == null ? '' : ` · ${formatPercent(pct)}`}
        </small>
      )}
    </span>
  )
}

function ContractCard({ future }: { future: DerivativesData }) {
  const { t } = useTranslation()
  const day = useSymbol(future.symbol)?.price
  const parts = [
    ['open', day?.open],
    ['high', day?.high],
    ['low', day?.low],
  ] as const
  return (
    <Card
      label={
        <>
          {future.alias ?? future.symbol} {future.alias ? <span className={styles.faint}>{future.symbol}</span> : null}
        </>
      }
      value={future.last_price ? <Moved value={future.last_price} change={future.change} pct={future.change_pct} decimals={1} /> : '–'}
      note={parts.flatMap(([name, value]) => (value ? [`${t(`derivatives/${name}`)} ${formatNumber(value, 1)}`] : [])).join(' · ')}
    />
  )
}

function SpotCard() {
  const { t } = useTranslation()
  const index = useIndex('VN30')
  const moment = parseMoment(index?.last_updated)
  return (
    <Card
      label="VN30"
      value={index?.value ? <Moved value={index.value} change={index.change} pct={index.ratio_change} decimals={2} /> : '–'}
      note={moment === null ? null : t('derivatives/updated', { time: formatClock(moment) })}
    />
  )
}

function FlipsCard({ samples }: { samples: readonly BasisSample[] }) {
  const { t } = useTranslation()
  const changes = signChanges(samples)
  const last = changes.at(-1)
  return (
    <Card
      className={styles.wideOnly}
      label={t('derivatives/flips')}
      value={String(changes.length)}
      note={last === undefined ? t('derivatives/noFlip') : t('derivatives/lastFlip', { time: formatClock(last) })}
    />
  )
}

/** The volume, and with it the open interest SSI's stream does not have. */
function VolumeCard({ future }: { future: DerivativesData }) {
  const { t } = useTranslation()
  return (
    <>
      <Card label={t('derivatives/volume')} value={formatNumber(future.volume ?? 0)} note={t('derivatives/contractsUnit')} />
      <Card label={t('derivatives/oi')} value={<span className={styles.faint}>–</span>} note={t('derivatives/oiNone')} />
    </>
  )
}

function ExpiryCard({ future: { expiry_date } }: { future: DerivativesData }) {
  const { t } = useTranslation()
  const session = useSession()
  const days = daysUntil(session?.trading_date, expiry_date)
  const weekdays = t('derivatives/weekday').split('|')
  return (
    <Card
      label={t('derivatives/expiry')}
      value={days === null ? '–' : days === 0 ? t('derivatives/today') : t('derivatives/days', { count: days })}
      note={expiry_date ? `${weekdays[weekdayOf(expiry_date)] ?? ''} ${formatDate(expiry_date)}` : null}
    />
  )
}
