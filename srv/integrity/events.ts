/** Events as seals keep them. */
import type { Arrival, StoredRow } from '../database/log.ts'
import { digestOf } from './canonical.ts'
import type { Sealed } from './chain.ts'

/** What a seal keeps of an event, or undefined if the event is gone. */
export function sealable({ sequence, id, event }: Arrival): Sealed | undefined {
  if (!event) return undefined
  const { row } = event
  return { sequence, id, instant: String(row.activityDateTime_utc), tenant: tenantOf(row), digest: digestOf(row) }
}

/** The tenant of an event; empty if it has none. */
export function tenantOf({ tenantId }: StoredRow) {
  return String(tenantId ?? '')
}
