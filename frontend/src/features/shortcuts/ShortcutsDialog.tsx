import { useTranslation } from 'react-i18next'
import { Dialog } from '@/shared/ui/Dialog'
import styles from './shortcuts.module.css'

const SHORTCUTS = [
  ['/', 'search'], ['Ctrl Enter', 'searchChart'], ['Esc', 'escape'], ['1 … 7', 'pages'], ['?', 'help'], ['↑ ↓ ← →', 'move'], ['Home End', 'ends'], ['PgUp PgDn', 'page'], ['Enter', 'select'], ['↑ Enter', 'sort'], ['R', 'read'],
] as const

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog title={t('keys/title')} closeLabel={t('keys/close')} onClose={onClose}>
      <dl className={styles.list}>
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`keys/${meaning}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
