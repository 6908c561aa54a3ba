import { describe, expect, it } from 'vitest'
import { EQUITY_COLUMNS } from './columns'
import { arrangeColumns, chooserOrder, defaultIds, moveColumn, shownIds, toggleColumn } from './column-choice'

const ids = (choice: readonly string[] | null) => arrangeColumns(EQUITY_COLUMNS, choice).map(({ id }) => id)

describe('the choice of columns', () => {
  it('keeps the order that was chosen, the symbol first', () => {
    expect(ids(['percent', 'last', 'symbol'])).toEqual(['symbol', 'percent', 'last'])
  })

  it('passes over what it does not know, and falls back to the board of Vietnam', () => {
    expect(ids(['nonsense', 'last', 'last'])).toEqual(['symbol', 'last'])
    expect(ids(['nonsense'])).toEqual(defaultIds(EQUITY_COLUMNS))
    expect(ids(null)).toEqual(defaultIds(EQUITY_COLUMNS))
  })

  it('draws a line where a group begins', () => {
    const starts = arrangeColumns(EQUITY_COLUMNS, ['last', 'percent', 'ceiling', 'change']).flatMap(({ id, startsGroup }) => (startsGroup ? [id] : []))
    expect(starts).toEqual(['last', 'ceiling', 'change'])
  })

  it('toggles and moves, and forgets a choice that is the default', () => {
    const without = toggleColumn(EQUITY_COLUMNS, null, 'ceiling')
    expect(without).not.toContain('ceiling')
    expect(moveColumn(EQUITY_COLUMNS, ['symbol', 'last', 'percent'], 'percent', -1)).toEqual(['symbol', 'percent', 'last'])
    expect(moveColumn(EQUITY_COLUMNS, ['symbol', 'last'], 'last', -1)).toEqual(['symbol', 'last'])
    const right = moveColumn(EQUITY_COLUMNS, null, 'floor', 1)
    expect(moveColumn(EQUITY_COLUMNS, right, 'floor', -1)).toBeNull()
    expect(shownIds(EQUITY_COLUMNS, right).slice(1, 4)).toEqual(['ceiling', 'ref', 'floor'])
  })

  it('lists what is not shown after what is', () => {
    expect(chooserOrder(EQUITY_COLUMNS, ['last']).slice(0, 3).map(({ id }) => id)).toEqual(['symbol', 'last', 'ceiling'])
  })
})
