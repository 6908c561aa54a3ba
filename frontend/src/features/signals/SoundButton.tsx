import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useAlertPreferences } from '@/shared/alerts/alert-preferences'
import { IconButton } from '@/shared/ui/IconButton'
import { alarm } from './announcer'
import styles from './signals.module.css'

/** The click itself is the gesture the browser wants before it plays; on after a reload, it may still be waiting for one. */
export function SoundButton() {
  const { t } = useTranslation()
  const { hasSound, setSound } = useAlertPreferences()
  const isReady = useSyncExternalStore(alarm.subscribe, alarm.isReady)
  const isWaiting = hasSound && !isReady
  const label = isWaiting ? t('signals/soundWaits') : t(hasSound ? 'signals/soundOff' : 'signals/soundOn')
  const onClick = (): void => {
    if (!hasSound || isWaiting) alarm.unlock()
    if (!isWaiting) setSound(!hasSound)
  }
  return (
    <IconButton
      icon={hasSound && isReady ? 'sound' : 'mute'}
      label={label}
      aria-pressed={hasSound}
      data-waiting={isWaiting || undefined}
      className={hasSound ? styles.soundOn : ''}
      onClick={onClick}
    />
  )
}
