/**
 * Ids that are unique across tenants. The key of an event includes the tenant, so that no tenant learns which ids others
 * use. Without tokens nothing tells tenants apart, and a reader could see two events with one id.
 */
import type { LogConnection } from './connection.ts'
import { EVENTS } from './tables.ts'

/** Makes one connection refuse an id that any tenant uses. Others may belong to a service with tokens. */
export const REFUSE_SHARED_IDS = `
  CREATE TEMP TRIGGER refuse_shared_ids BEFORE INSERT ON main.${EVENTS}
  WHEN EXISTS (SELECT 1 FROM main.${EVENTS} WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'Another tenant has an event with this id.'); END`

/**
 * Checks that the ids in a log are unique.
 * @throws {Error} that names an id which several tenants use
 */
export function checkUniqueIds(database: LogConnection) {
  const shared = database.prepare(`SELECT id FROM ${EVENTS} GROUP BY id HAVING count(*) > 1 LIMIT 1`).get()
  if (!shared) return
  const problem = `Several tenants have an event with the id '${String(shared.id)}'.`
  throw new Error(`${problem} Only with tokens, which tell tenants apart, the service can read this database.`)
}
