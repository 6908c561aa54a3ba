import { useQuery } from '@tanstack/react-query'
import { fetchAudit } from '@/shared/api/client'
import type { AuditRow } from '@/shared/api/models'

const POLL_MS = 10_000 // a ratio over thousands of prints moves slowly
const NONE: Readonly<Record<string, AuditRow>> = {}

export function useAudit(isOn: boolean): Readonly<Record<string, AuditRow>> {
  const { data } = useQuery({ queryKey: ['classification-audit'], queryFn: ({ signal }) => fetchAudit(signal), enabled: isOn, refetchInterval: POLL_MS })
  return data ?? NONE
}
