import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { PHASES, type DayPhase, type Sides } from './active-volume'
import { PhaseBars } from './PhaseBars'

const unsided = { buy: 0, sell: 0, neutral: 900, total: 900 }

it('calls nothing an auction but auctions', () => {
  const byPhase = Object.fromEntries(PHASES.map((phase) => [phase, phase === 'ato' || phase === 'continuous' ? unsided : { buy: 0, sell: 0, neutral: 0, total: 0 }])) as Record<DayPhase, Sides>
  render(<PhaseBars byPhase={byPhase} exchange="HOSE" clockMs={null} isOver />)
  const [ato, continuous, atc] = screen.getAllByRole('listitem')
  expect(ato).toHaveTextContent('đấu giá – không phân bên')
  expect(continuous).toHaveTextContent('không xác định bên')
  expect(atc).toHaveTextContent('không có giao dịch')
})
