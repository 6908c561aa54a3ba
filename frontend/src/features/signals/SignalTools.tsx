import { useTranslation } from 'react-i18next'
import type { AlertType } from '@/shared/api/models'
import { useAlertStore, useUnreadCount } from '@/shared/alerts/alert-context'
import { ALERT_TYPES, SEVERITIES } from '@/shared/alerts/read-alert'
import { Button } from '@/shared/ui/Button'
import { Segmented } from '@/shared/ui/Segmented'
import type { SignalFilter } from './signal-filter'
import { SeverityIcon } from './SeverityIcon'
import { SoundButton } from './SoundButton'
import styles from './signals.module.css'

interface SignalToolsProps {
  filter: SignalFilter
  onFilter: (filter: SignalFilter) => void
  symbols: readonly string[]
}

export function SignalTools({ filter, onFilter, symbols }: SignalToolsProps) {
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
      <span className={styles.end}>
        <span className={styles.note}>
          <b className={styles.accent}>{unread}</b> {t('signals/unread')}
        </span>
        <Button isSmall disabled={!unread} onClick={store.markAllRead}>
          {t('signals/markRead')}
        </Button>
        <SoundButton />
      </span>
    </div>
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
