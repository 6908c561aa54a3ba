import type { Phase, SessionInfo } from '@/shared/api/models'

/** The exchange whose phase stands for the day: HOSE, or the first one that has a phase. */
export function leadPhase(session: SessionInfo | null): { exchange: string; phase: Phase } {
  const phases = session?.phase ?? {}
  const exchange = 'HOSE' in phases ? 'HOSE' : (Object.keys(phases)[0] ?? 'HOSE')
  return { exchange, phase: phases[exchange] ?? 'unknown' }
}
