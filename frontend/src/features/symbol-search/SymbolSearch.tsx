import { useId, useState, type KeyboardEvent, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import { useMarket } from '@/shared/market-store/market-context'
import { Icon } from '@/shared/ui/Icon'
import { matchSymbols } from './matching'
import styles from './symbol-search.module.css'

interface SymbolSearchProps {
  inputRef?: Ref<HTMLInputElement>
  hasShortcut?: boolean
  /** `isChart`: asked for with Ctrl, the chart rather than the details. */
  onPick: (symbol: string, isChart: boolean) => void
  onLeave?: () => void
}

export function SymbolSearch({ inputRef, hasShortcut = false, onPick, onLeave }: SymbolSearchProps) {
  const { t } = useTranslation()
  const { store } = useMarket()
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState(0)
  const [hasFocus, setHasFocus] = useState(false)
  const matches = matchSymbols(store, typed)
  const isOpen = hasFocus && typed.trim() !== ''

  const pick = (symbol: string | undefined, isChart: boolean): void => {
    if (!symbol) return
    setTyped('')
    onPick(symbol, isChart)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step && matches.length) {
      event.preventDefault()
      setActive((active + step + matches.length) % matches.length)
    } else if (event.key === 'Enter') {
      pick(matches[active]?.symbol, event.ctrlKey || event.metaKey)
      event.currentTarget.blur()
    } else if (event.key === 'Escape') {
      setTyped('')
      event.currentTarget.blur()
    }
  }
  return (
    <div className={styles.search}>
      <Icon name="search" />
      <input
        ref={inputRef}
        role="combobox"
        aria-label={t('search/label')}
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && matches[active] ? `${listId}-${active}` : undefined}
        placeholder={t('search/placeholder')}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
        onFocus={() => setHasFocus(true)}
        onBlur={() => {
          setHasFocus(false)
          onLeave?.()
        }}
      />
      {hasShortcut ? <kbd aria-hidden="true">/</kbd> : null}
      <ul id={listId} role="listbox" aria-label={t('search/label')} className={styles.list} hidden={!isOpen}>
        {matches.map(({ symbol, note }, i) => (
          <li
            key={symbol}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === active}
            // Before the field loses focus, or the list would be gone when the click arrives.
            onMouseDown={(event) => {
              event.preventDefault()
              pick(symbol, event.ctrlKey || event.metaKey)
            }}
          >
            <b>{symbol}</b>
            <span>{note}</span>
          </li>
        ))}
        {matches.length ? null : (
          <li role="option" aria-selected={false} aria-disabled="true">
            {t('search/empty')}
          </li>
        )}
      </ul>
    </div>
  )
}
