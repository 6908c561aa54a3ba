import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { alertAt, breakoutAt } from '@/test/alert-fixtures'
import { SHOWN_MS, TOASTS_MAX, ToastStore } from './toast-store'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const typesOf = (store: ToastStore) => store.get().map(({ type }) => type)

it('joins what is of one type and shows the newest', () => {
  const store = new ToastStore()
  store.show(alertAt('09:15:00'))
  const newest = alertAt('09:15:01', { symbol: 'VCB' })
  store.show(newest)
  expect(store.get()).toEqual([{ type: 'VOLUME_SPIKE', alert: newest, count: 2 }])
})

it('shows three at most and gives up what is critical last', () => {
  const store = new ToastStore()
  store.show(breakoutAt('09:15:00'))
  store.show(alertAt('09:15:01'))
  store.show(alertAt('09:15:02', { alert_type: 'FOREIGN_ACCELERATION' }))
  store.show(alertAt('09:15:03', { alert_type: 'BASIS_DIVERGENCE' }))
  expect(store.get()).toHaveLength(TOASTS_MAX)
  expect(typesOf(store)).toEqual(['BASIS_DIVERGENCE', 'FOREIGN_ACCELERATION', 'PRICE_BREAKOUT'])
})

it('lets each go after its time, but not while it is read', () => {
  const store = new ToastStore()
  store.show(breakoutAt('09:15:00'))
  store.show(alertAt('09:15:01'))
  vi.advanceTimersByTime(SHOWN_MS.WARNING)
  expect(typesOf(store)).toEqual(['PRICE_BREAKOUT'])
  store.hold()
  vi.advanceTimersByTime(SHOWN_MS.CRITICAL * 2)
  expect(store.get()).toHaveLength(1)
  store.release()
  vi.advanceTimersByTime(SHOWN_MS.CRITICAL)
  expect(store.get()).toEqual([])
})
