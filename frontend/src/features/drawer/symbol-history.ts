import { dataOf, rest } from '@/shared/api/client'
import type { components } from '@/shared/api/schema.gen'

/** What the drawer asks REST for: the past of one symbol (SPEC section 8). */

type Schemas = components['schemas']
export type Bar = Readonly<Schemas['Bar']>
export type Tick = Readonly<Schemas['Tick']>
export type Alert = Readonly<Schemas['Alert']>

const DAY_MINUTES = 400 // more than a day of one-minute bars

/** History routes answer with CSV too, when asked to. */
const rowsOf = <T>(page: { data: T[] } | string): readonly T[] => (typeof page === 'string' ? [] : page.data)

export const fetchDayBars = async (symbol: string, date: string, signal: AbortSignal): Promise<readonly Bar[]> =>
  rowsOf(
    dataOf(
      await rest.GET('/api/history/{symbol}/candles', {
        params: { path: { symbol }, query: { interval: '1m', from: date, limit: DAY_MINUTES } },
        signal,
      }),
    ),
  )

export const fetchTicks = async (symbol: string, limit: number, signal: AbortSignal): Promise<readonly Tick[]> =>
  rowsOf(dataOf(await rest.GET('/api/history/{symbol}/ticks', { params: { path: { symbol }, query: { limit } }, signal })))

export const fetchAlerts = async (symbol: string, limit: number, signal: AbortSignal): Promise<readonly Alert[]> =>
  dataOf(await rest.GET('/api/market/alerts', { params: { query: { symbol, limit } }, signal }))
