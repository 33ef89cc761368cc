/** The tables of the log, by the names that CAP gives them, and how their rows belong together. */
import { DatabaseSync } from 'node:sqlite'

export const EVENTS = 'microsoft_graph_provisioningObjectSummary'
export const ARRIVALS = 'provisioning_log_Arrivals'
export const SEALS = 'provisioning_log_Seals'
export const PURGES = 'provisioning_log_Purges'
export const UNDER_WAY = 'provisioning_log_PurgesUnderWay'

/**
 * Opens a connection of its own to the log. It never waits for a lock, as that would block the whole process, the
 * holder of the lock included: see transaction.ts.
 */
export function openLog(file: string, options: { readOnly?: boolean } = {}) {
  const database = new DatabaseSync(file, { ...options, timeout: 0 })
  // In WAL mode only FULL has a commit wait until it is on disk (https://sqlite.org/pragma.html#pragma_synchronous).
  if (!options.readOnly) database.exec('PRAGMA synchronous = FULL')
  return database
}

/** The condition under which an arrival `a` is that of an event `e`: it has the key of the event, the id as `event`. */
export function sameEvent(database: DatabaseSync) {
  const keys = database.prepare(`SELECT name FROM pragma_table_info('${EVENTS}') WHERE pk > 0`).all()
  return keys.map(({ name }) => `e."${String(name)}" = a."${name === 'id' ? 'event' : String(name)}"`).join(' AND ')
}
