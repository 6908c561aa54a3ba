import { describe, expect, it } from 'vitest'
import { tightness } from './cell-class'
import { EQUITY_COLUMNS } from './columns'

const column = (id: string) => EQUITY_COLUMNS.find((one) => one.id === id) ?? expect.fail(`no column ${id}`)

describe('a figure too long for its column', () => {
  it('is set smaller, the more the longer it is', () => {
    const queue = column('bids1v')
    expect(['999,900', '1,104,700', '25,104,700'].map((text) => tightness(text, queue))).toEqual([undefined, 1, 2])
  })
  it('is left as it is where there is room', () => expect(tightness('25,104,700', column('total'))).toBeUndefined())
})
