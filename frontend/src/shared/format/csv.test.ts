import { expect, it } from 'vitest'
import { toCsv } from './csv'

it('writes what a spreadsheet reads back, and runs nothing', () => {
  expect(toCsv(['symbol', 'net_value'], [['VCB', -1.5e9], ['a,"b"', null], ['=1+1', NaN]])).toBe(
    'symbol,net_value\r\nVCB,-1500000000\r\n"a,""b""",\r\n\'=1+1,\r\n',
  )
})
