import { tenantOf, type Event as LogEvent } from '../service/odata.ts'

/** The tenant of an event, for those who see the events of several. */
export function Tenant({ of }: { of: LogEvent }) {
  const tenant = tenantOf(of)
  return tenant === undefined ? null : <small class="tenant">{tenant}</small>
}
