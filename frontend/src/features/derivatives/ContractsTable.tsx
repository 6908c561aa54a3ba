import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { DerivativesContract } from '@/shared/api/models'
import { formatNumber, formatPercent, formatPrice, formatSigned } from '@/shared/format/board-number'
import { directionMark, directionOf } from '@/shared/format/price-band'
import { useSession } from '@/shared/market-store/market-context'
import { formatClock, formatDate, parseMoment } from '@/shared/time/market-time'
import { basisClass } from './basis-word'
import { daysUntil } from './expiry'
import styles from './derivatives.module.css'

const COLUMNS = ['name', 'code', 'expiry', 'left', 'price', 'change', 'pct', 'bid', 'ask', 'volume', 'oi', 'basis', 'basisPct', 'updated'] as const
const ON_PHONE: ReadonlySet<string> = new Set(['name', 'price', 'change', 'basis'])

/** Every listed contract; a name leads to its chart. */
export function ContractsTable({ contracts, active }: { contracts: readonly DerivativesContract[]; active: string }) {
  const { t } = useTranslation()
  return (
    <div className={styles.contracts} tabIndex={0} role="region" aria-label={t('derivatives/contracts')}>
      <table className={styles.table}>
        <caption className="sr-only">{t('derivatives/contracts')}</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={ON_PHONE.has(column) ? '' : styles.wideOnly}>
                {t(`derivatives/c.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {contracts.map((contract) => <ContractRow key={contract.symbol} contract={contract} isActive={contract.symbol === active} />)}
        </tbody>
      </table>
      <p className={styles.tableNote}>{t('derivatives/oiNote')}</p>
    </div>
  )
}

function ContractRow({ contract, isActive }: { contract: DerivativesContract; isActive: boolean }) {
  const { t } = useTranslation()
  const session = useSession()
  const { symbol, alias, last_price: last, change, change_pct, basis, basis_pct, stale } = contract
  const name = alias ?? symbol
  const left = daysUntil(session?.trading_date, contract.expiry_date)
  const moment = parseMoment(contract.last_updated)
  const direction = last && change != null ? directionOf(change) : ''
  const wide = styles.wideOnly
  return (
    <tr data-active={isActive || undefined}>
      <th scope="row">
        <Link to={`/chart?symbol=${symbol}&interval=1m`} title={t('derivatives/toChart', { name })}>
          {name}
        </Link>
        {isActive ? <span className="sr-only"> ({t('derivatives/active')})</span> : null}
      </th>
      <td className={`${wide} ${styles.quiet}`}>{symbol}</td>
      <td className={`${wide} ${styles.quiet}`}>{formatDate(contract.expiry_date)}</td>
      <td className={`${wide} ${styles.quiet}`}>{left === null ? '' : t('derivatives/days', { count: left })}</td>
      <td className={direction}><b>{formatPrice(last, 'points')}</b></td>
      <td className={direction}>{last && change != null ? `${directionMark(change)} ${formatSigned(change, 1)}` : ''}</td>
      <td className={`${wide} ${direction}`}>{last && change_pct != null ? formatPercent(change_pct) : ''}</td>
      <td className={wide}>{formatPrice(contract.bid_price, 'points')}</td>
      <td className={wide}>{formatPrice(contract.ask_price, 'points')}</td>
      <td className={wide}>{formatNumber(contract.volume ?? 0)}</td>
      <td className={`${wide} ${styles.quiet}`} title={t('derivatives/oiNone')}>–<span className="sr-only"> {t('derivatives/oiNone')}</span></td>
      <td className={basisClass(basis, stale)}>
        {basis == null ? '' : <b>{formatSigned(basis, 2)}</b>}
        {stale && basis != null ? <span className="sr-only"> ({t('derivatives/staleBasis')})</span> : null}
      </td>
      <td className={`${wide} ${basisClass(basis, stale)}`}>{basis_pct == null ? '' : formatPercent(basis_pct)}</td>
      <td className={`${wide} ${styles.quiet}`}>{moment === null ? '' : formatClock(moment)}{stale && basis != null ? ` · ${t('derivatives/staleBasis')}` : ''}</td>
    </tr>
  )
}
