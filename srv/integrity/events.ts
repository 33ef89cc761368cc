/** Events as seals keep them. */
import type { Arrival, StoredRow } from '../database/log.ts'
import { digestOf } from './canonical.ts'
import type { Sealed } from './chain.ts'

/** What a seal would keep of an event that came in, unless it is gone. */
export function sealable({ sequence, id, event }: Arrival): Sealed | undefined {
  if (!event) return undefined
  const { row } = event
  const instant = String(row.activityDateTime_utc)
  return { sequence, id, instant, tenant: tenantOf(row), digest: digestOf(row) }
}

/** The tenant of an event, empty where it has none. */
export function tenantOf({ tenantId }: StoredRow) {
  return String(tenantId ?? '')
}
