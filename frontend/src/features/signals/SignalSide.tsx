import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Alert } from '@/shared/api/models'
import { useAlertsKnownSince } from '@/shared/alerts/alert-context'
import { useAlertPreferences } from '@/shared/alerts/alert-preferences'
import { priceBand } from '@/shared/format/price-band'
import { formatPercent } from '@/shared/format/board-number'
import { useSymbol } from '@/shared/market-store/market-context'
import { Pane } from '@/shared/ui/Pane'
import { alarm } from './announcer'
import { AlertRulesPane } from './AlertRulesPane'
import { activeSymbols, countPerQuarter, cutTime, ofNewestDay, type SymbolCount } from './signal-counts'
import styles from './side.module.css'

const ACTIVE_SHOWN = 12

interface SignalSideProps {
  alerts: readonly Alert[]
  nameOf: (symbol: string) => string
  onSymbol: (name: string) => void
}

/** The session at a glance, and how one wants to be told. */
export function SignalSide({ alerts, nameOf, onSymbol }: SignalSideProps) {
  const { t } = useTranslation()
  const today = useMemo(() => ofNewestDay(alerts), [alerts])
  const since = cutTime(today, useAlertsKnownSince())
  const active = useMemo(() => activeSymbols(today).slice(0, ACTIVE_SHOWN), [today])
  return (
    <aside className={styles.side}>
      <Pane title={t('signals/today')} note={since ? t('signals/since', { time: since }) : undefined} end={<><b>{today.length}</b> <span className={styles.dim}>{t('signals/perQuarter')}</span></>}>
        <Histogram alerts={today} since={since} />
      </Pane>
      <Pane title={t('signals/active')} className={styles.grow} end={<Legend />}>
        <ul className={styles.active}>
          {active.map((row) => (
            <ActiveSymbol key={row.symbol} row={row} name={nameOf(row.symbol)} onSymbol={onSymbol} />
          ))}
        </ul>
      </Pane>
      <AlertRulesPane />
      <Pane title={t('signals/settings')}>
        <Settings />
      </Pane>
    </aside>
  )
}

function Histogram({ alerts, since }: { alerts: readonly Alert[]; since: string }) {
  const { t } = useTranslation()
  const quarters = countPerQuarter(alerts, since)
  const most = Math.max(1, ...quarters.map(({ count }) => count))
  const last = quarters.findLastIndex(({ count }) => count > 0)
  return (
    <figure className={styles.histogram} aria-label={t('signals/histogram')}>
      <div className={styles.columns} aria-hidden="true">
        {quarters.map(({ from, count, isCut }, i) => (
          <i key={from} title={`${from} · ${isCut ? t('signals/cut') : count}`} data-now={i === last || undefined} data-cut={isCut || undefined} style={{ height: `${(count / most) * 100}%` }} />
        ))}
      </div>
      <div className={styles.hours} aria-hidden="true">
        {quarters.map(({ from }) => (
          <span key={from}>{from.endsWith(':00') ? from.slice(0, 2) : ''}</span>
        ))}
      </div>
      <table className="sr-only">
        <caption>{t('signals/histogram')}</caption>
        <tbody>
          {quarters.map(({ from, count, isCut }) => (
            <tr key={from}>
              <th scope="row">{from}</th>
              <td>{isCut ? t('signals/cut') : count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

const KINDS = ['volume', 'price', 'foreign', 'basis'] as const

function Legend() {
  const { t } = useTranslation()
  return KINDS.map((kind) => (
    <span key={kind} className={styles.legend} data-kind={kind}>
      <i /> {t(`signals/active.${kind}`)}
    </span>
  ))
}

const PIPS_MAX = 14

function ActiveSymbol({ row, name, onSymbol }: { row: SymbolCount; name: string; onSymbol: (name: string) => void }) {
  const { t } = useTranslation()
  const price = useSymbol(row.symbol)?.price
  const band = price ? priceBand(price.last_price, price) : ''
  const scale = Math.min(1, PIPS_MAX / row.total)
  return (
    <li>
      <button type="button" onClick={() => onSymbol(name)}>
        <b className={band}>{name}</b>
        <span className={styles.pips} aria-hidden="true">
          {KINDS.map((kind) => (row[kind] ? <i key={kind} data-kind={kind} style={{ flexGrow: row[kind] * scale, maxWidth: row[kind] * scale * 10 }} /> : null))}
        </span>
        <span className="sr-only">{KINDS.map((kind) => `${t(`signals/active.${kind}`)} ${row[kind]}`).join(', ')}</span>
        <b>{row.total}</b>
        <span className={band}>{price?.change_pct == null ? '' : formatPercent(price.change_pct)}</span>
      </button>
    </li>
  )
}

function Settings() {
  const { t } = useTranslation()
  const { hasSound, hasToasts, hasNotifications, muted, setSound, setToasts, setNotifications, toggleMute } = useAlertPreferences()
  const [isDenied, setDenied] = useState(() => 'Notification' in window && Notification.permission === 'denied')
  const onNotifications = async (wanted: boolean): Promise<void> => {
    if (!wanted || !('Notification' in window)) return setNotifications(false)
    const permission = await Notification.requestPermission()
    setDenied(permission === 'denied')
    setNotifications(permission === 'granted')
  }
  return (
    <div className={styles.settings}>
      <Switch
        label={t('signals/set.sound')}
        isOn={hasSound}
        onChange={(isOn) => {
          if (isOn) alarm.unlock()
          setSound(isOn)
        }}
      />
      <Switch label={t('signals/set.notifications')} isOn={hasNotifications && !isDenied} onChange={(isOn) => void onNotifications(isOn)} />
      {isDenied ? <p className={styles.warn}>{t('signals/set.notificationsDenied')}</p> : null}
      <Switch label={t('signals/set.toasts')} isOn={hasToasts} onChange={setToasts} />
      <p className={styles.dim}>{t(hasSound || hasNotifications ? 'signals/set.awake' : 'signals/set.asleep')}</p>
      <div className={styles.muted}>
        <span>{t('signals/muted')}</span>
        {muted.length ? (
          muted.map((symbol) => (
            <button key={symbol} type="button" aria-label={t('signals/unmute', { symbol })} title={t('signals/unmute', { symbol })} onClick={() => toggleMute(symbol)}>
              {symbol} ×
            </button>
          ))
        ) : (
          <span className={styles.dim}>{t('signals/noneMuted')}</span>
        )}
      </div>
    </div>
  )
}

function Switch({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <button type="button" role="switch" aria-checked={isOn} className={styles.switch} onClick={() => onChange(!isOn)}>
      <span>{label}</span>
      <i aria-hidden="true" />
    </button>
  )
}
