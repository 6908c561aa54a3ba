import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '@/shared/ui/Dialog'
import { IconButton } from '@/shared/ui/IconButton'
import { SymbolGroups } from './SymbolList'
import styles from './chart.module.css'

/** The list of symbols where there is no room for it beside the chart. */
export function SymbolChooser({ chosen, onChoose }: { chosen: string; onChoose: (symbol: string) => void }) {
  const { t } = useTranslation()
  const [isOpen, setOpen] = useState(false)
  return (
    <span className={styles.chooser}>
      <IconButton icon="chevron" label={t('chart/symbols')} aria-haspopup="dialog" onClick={() => setOpen(true)} />
      {isOpen ? (
        <Dialog title={t('chart/symbols')} closeLabel={t('chart/closeSymbols')} onClose={() => setOpen(false)}>
          <div className={styles.chooserList}>
            <SymbolGroups
              chosen={chosen}
              onChoose={(symbol) => {
                onChoose(symbol)
                setOpen(false)
              }}
            />
          </div>
        </Dialog>
      ) : null}
    </span>
  )
}
