/**
 * Ids that are there once for all tenants. Storage takes an id once for each tenant, so that none learns what ids others
 * have; where no token tells tenants apart, a reader would then see two events with one id.
 */
import type { LogConnection } from './connection.ts'
import { EVENTS } from './tables.ts'

/** Has a connection refuse an id that any tenant has: only this one, as another may be of a service with tokens. */
export const REFUSE_SHARED_IDS = `
  CREATE TEMP TRIGGER refuse_shared_ids BEFORE INSERT ON main.${EVENTS}
  WHEN EXISTS (SELECT 1 FROM main.${EVENTS} WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'Another tenant has an event with this id.'); END`

/**
 * Finds out whether the ids in a log are unique.
 * @throws {Error} that names an id which several tenants have
 */
export function checkUniqueIds(database: LogConnection) {
  const shared = database.prepare(`SELECT id FROM ${EVENTS} GROUP BY id HAVING count(*) > 1 LIMIT 1`).get()
  if (!shared) return
  const problem = `Several tenants have an event with the id '${String(shared.id)}'.`
  throw new Error(`${problem} Only with tokens, which tell tenants apart, the service can read this database.`)
}
