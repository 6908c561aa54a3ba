import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, type ReactNode } from 'react'
import { session } from '@/shared/session/session'
import { useSession } from '@/shared/session/use-session'
import { PageLoading } from './PageLoading'

const LoginScreen = lazy(async () => ({ default: (await import('./LoginScreen')).LoginScreen }))

/** Every page, or the way in. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { status } = useSession()
  const queries = useQueryClient()
  useEffect(
    () =>
      session.onToken((_token, isOther) => {
        if (isOther) void queries.invalidateQueries() // what was refused, or was somebody else's
      }),
    [queries],
  )
  if (status !== 'locked') return children
  return (
    <Suspense fallback={<PageLoading />}>
      <LoginScreen />
    </Suspense>
  )
}
