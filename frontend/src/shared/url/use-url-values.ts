import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** What a page shows lives in the URL, so that a view can be kept and sent. null takes a value out. */
export function useUrlValues(): readonly [get: (name: string) => string | null, change: (values: Record<string, string | null>) => void] {
  const [params, setParams] = useSearchParams()
  const change = useCallback(
    (values: Record<string, string | null>) =>
      setParams(
        (current) => {
          const next = new URLSearchParams(current)
          for (const [name, value] of Object.entries(values)) {
            if (value === null || value === '') next.delete(name)
            else next.set(name, value)
          }
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  return [useCallback((name: string) => params.get(name), [params]), change]
}

/** One of a few words, the first unless the URL names another. */
export const oneOf = <T extends string>(allowed: readonly [T, ...T[]], value: string | null): T => allowed.find((word) => word === value) ?? allowed[0]
