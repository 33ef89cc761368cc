/** Counts the events of each tenant: see db/counts.cds. */
import type { LogConnection } from './connection.ts'
import { renew } from './schema-objects.ts'
import { COUNTS, EVENTS } from './tables.ts'

/** The statements that create the triggers, by trigger name. */
export const COUNT_TRIGGERS = new Map([
  [
    `${EVENTS}_counted`,
    `CREATE TRIGGER ${EVENTS}_counted AFTER INSERT ON ${EVENTS} BEGIN
    INSERT INTO ${COUNTS} (tenant, events) VALUES (NEW.tenant, 1)
      ON CONFLICT (tenant) DO UPDATE SET events = events + 1;
  END`
  ],
  [
    `${EVENTS}_uncounted`,
    `CREATE TRIGGER ${EVENTS}_uncounted AFTER DELETE ON ${EVENTS} BEGIN
    UPDATE ${COUNTS} SET events = events - 1 WHERE tenant = OLD.tenant;
  END`
  ]
])

/** Creates the triggers that count events, after a migration. If they are new, the events that are there are counted too. */
export async function keepCounts(database: LogConnection) {
  const work = () =>
    database.exec(`DELETE FROM ${COUNTS}; INSERT INTO ${COUNTS} SELECT tenant, count(*) FROM ${EVENTS} GROUP BY tenant`)
  await renew(database, 'trigger', COUNT_TRIGGERS, { work })
}
