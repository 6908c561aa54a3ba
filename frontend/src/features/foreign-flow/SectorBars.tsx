import { useTranslation } from 'react-i18next'
import { billionsClass, formatSignedBillions } from '@/shared/format/board-number'
import { sectorName } from '@/shared/i18n/sector-name'
import { Pane } from '@/shared/ui/Pane'
import { NO_SECTOR } from './foreign-rows'
import type { SectorFlow } from './foreign-totals'
import styles from './foreign-flow.module.css'

interface SectorBarsProps {
  flows: readonly SectorFlow[]
  chosen: string | null
  onChoose: (sector: string | null) => void
}

const HALF_PCT = 49

/** Net by sector around zero; a sector filters the table, a second time lets it go. */
export function SectorBars({ flows, chosen, onChoose }: SectorBarsProps) {
  const { t } = useTranslation()
  const largest = Math.max(1, ...flows.map((flow) => Math.abs(flow.net)))
  return (
    <Pane title={t('foreign/bySector')} end={<span className={styles.dim}>{t('foreign/sectorNote')}</span>}>
      <ul className={styles.sectors}>
        {flows.map(({ name, net, stocks }) => {
          const shown = name === NO_SECTOR ? t('foreign/other') : sectorName(name, t)
          const figure = formatSignedBillions(net)
          const width = `${(Math.abs(net) / largest) * HALF_PCT}%`
          return (
            <li key={name}>
              <button
                type="button"
                aria-pressed={name === chosen}
                aria-label={t('foreign/pickSector', { sector: shown, net: figure, stocks })}
                onClick={() => onChoose(name === chosen ? null : name)}
              >
                <span className={styles.sectorName}>
                  {shown} <small>{stocks}</small>
                </span>
                <span className={styles.track}>
                  <i className={net >= 0 ? styles.inflow : styles.outflow} style={net >= 0 ? { left: '50%', width } : { right: '50%', width }} />
                </span>
                <b className={billionsClass(net)}>{figure}</b>
              </button>
            </li>
          )
        })}
      </ul>
    </Pane>
  )
}
