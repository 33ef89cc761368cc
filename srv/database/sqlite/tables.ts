/** The tables of the log, by the names that CAP gives them, and how their rows belong together. */
import type { DatabaseSync } from 'node:sqlite'

export const EVENTS = 'microsoft_graph_provisioningObjectSummary'
export const ARRIVALS = 'provisioning_log_Arrivals'
export const SEALS = 'provisioning_log_Seals'
export const PURGES = 'provisioning_log_Purges'
export const UNDER_WAY = 'provisioning_log_PurgesUnderWay'

/** The columns of the key of an event, each with that of an arrival which has the same: the id is its `event`. */
export function keysOf(database: DatabaseSync): [inEvent: string, inArrival: string][] {
  const keys = database.prepare(`SELECT name FROM pragma_table_info('${EVENTS}') WHERE pk > 0`).all()
  return keys.map(({ name }) => [String(name), name === 'id' ? 'event' : String(name)])
}

/** The condition under which an arrival `a` is that of an event `e`: it has its key. */
export function sameEvent(database: DatabaseSync) {
  return keysOf(database)
    .map(([inEvent, inArrival]) => `e."${inEvent}" = a."${inArrival}"`)
    .join(' AND ')
}
