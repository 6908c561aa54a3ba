import { useTranslation } from 'react-i18next'
import type { Alert, AlertType } from '@/shared/api/models'
import { useAlertStore, useUnreadCount } from '@/shared/alerts/alert-context'
import { ALERT_TYPES, SEVERITIES } from '@/shared/alerts/read-alert'
import { Button } from '@/shared/ui/Button'
import { IconButton } from '@/shared/ui/IconButton'
import { Segmented } from '@/shared/ui/Segmented'
import { saveSignals } from './signals-csv'
import type { SignalFilter } from './signal-filter'
import { SeverityIcon } from './SeverityIcon'
import { SoundButton } from './SoundButton'
import { SIGNAL_VIEWS, type SignalView } from './use-signal-view'
import styles from './signals.module.css'

interface SignalToolsProps {
  view: SignalView
  filter: SignalFilter
  onFilter: (filter: SignalFilter) => void
  shown: readonly Alert[]
  symbols: readonly string[]
}

export function SignalTools({ view, filter, onFilter, shown, symbols }: SignalToolsProps) {
  const { t } = useTranslation()
  const store = useAlertStore()
  const unread = useUnreadCount()
  /** With all on, one click leaves that one: what one wants is seldom "all but this". */
  const toggle = (type: AlertType): void => {
    const isAll = filter.types.size === ALERT_TYPES.length
    const types = new Set(isAll ? [] : filter.types)
    if (!types.delete(type)) types.add(type)
    onFilter({ ...filter, types: types.size ? types : new Set(ALERT_TYPES) })
  }
  return (
    <div className={styles.tools}>
      <Segmented
        label={t('signals/views')}
        isSmall
        value={view.name}
        options={SIGNAL_VIEWS.map((name) => ({ value: name, text: t(`signals/view.${name}`) }))}
        onChoose={view.setName}
      />
      <span className={styles.rule} />
      <Segmented
        label={t('signals/severities')}
        isSmall
        value={filter.severity ?? 'all'}
        options={[
          { value: 'all' as const, text: t('signals/severity.all') },
          ...SEVERITIES.map((severity) => ({ value: severity, name: t(`signals/severity.${severity}`), text: <SeverityChoice severity={severity} /> })),
        ]}
        onChoose={(value) => onFilter({ ...filter, severity: value === 'all' ? null : value })}
      />
      <span className={styles.rule} />
      <span role="group" aria-label={t('signals/types')} className={styles.chips}>
        {ALERT_TYPES.map((type) => (
          <button key={type} type="button" className={styles.chip} aria-pressed={filter.types.has(type)} onClick={() => toggle(type)}>
            {t(`signals/type.${type}`)}
          </button>
        ))}
      </span>
      <span className={styles.rule} />
      <input
        className={styles.symbolFilter}
        type="search"
        list="signal-symbols"
        aria-label={t('signals/symbol')}
        placeholder={t('signals/symbolPlaceholder')}
        value={filter.symbol}
        onChange={(event) => onFilter({ ...filter, symbol: event.target.value.trim().toUpperCase() })}
      />
      <datalist id="signal-symbols">
        {symbols.map((symbol) => (
          <option key={symbol} value={symbol} />
        ))}
      </datalist>
      {view.name === 'history' ? <Dates view={view} /> : null}
      <span className={styles.end}>
        <span className={styles.note}>
          <b className={styles.accent}>{unread}</b> {t('signals/unread')}
        </span>
        <Button isSmall disabled={!unread} onClick={store.markAllRead}>
          {t('signals/markRead')}
        </Button>
        <SoundButton />
        <IconButton icon="download" label={t('signals/csv')} disabled={!shown.length} onClick={() => saveSignals(shown)} />
      </span>
    </div>
  )
}

function Dates({ view }: { view: SignalView }) {
  const { t } = useTranslation()
  return (
    <span className={styles.dates}>
      <label>
        {t('signals/from')} <input type="date" max={view.to || undefined} value={view.from} onChange={(event) => view.setFrom(event.target.value)} />
      </label>
      <label>
        {t('signals/to')} <input type="date" min={view.from || undefined} value={view.to} onChange={(event) => view.setTo(event.target.value)} />
      </label>
    </span>
  )
}

function SeverityChoice({ severity }: { severity: (typeof SEVERITIES)[number] }) {
  const { t } = useTranslation()
  return (
    <>
      <SeverityIcon severity={severity} />
      <span aria-hidden="true">{t(`signals/severity.${severity}`)}</span>
    </>
  )
}
