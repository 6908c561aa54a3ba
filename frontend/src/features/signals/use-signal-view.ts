import { useMemo } from 'react'
import { oneOf, useUrlValues } from '@/shared/url/use-url-values'

export const SIGNAL_VIEWS = ['live', 'history'] as const
export type SignalViewName = (typeof SIGNAL_VIEWS)[number]

/** What happens now, or what is stored; and of which days. In the URL, as the filter is. */
export interface SignalView {
  name: SignalViewName
  /** Dates, both included; '' is open. */
  from: string
  to: string
  setName: (name: SignalViewName) => void
  setFrom: (date: string) => void
  setTo: (date: string) => void
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const dateOf = (text: string | null): string => (text && DATE.test(text) ? text : '')

export function useSignalView(): SignalView {
  const [get, change] = useUrlValues()
  return useMemo(
    () => ({
      name: oneOf(SIGNAL_VIEWS, get('view')),
      from: dateOf(get('from')),
      to: dateOf(get('to')),
      setName: (name) => change({ view: name === 'live' ? null : name, from: null, to: null }),
      setFrom: (from) => change({ from }),
      setTo: (to) => change({ to }),
    }),
    [get, change],
  )
}
