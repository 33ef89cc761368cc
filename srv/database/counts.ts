/** Keeps the number of events: see db/counts.cds. */
import { EVENTS, openLog } from '../integrity/tables.ts'
import { transaction } from '../integrity/transaction.ts'

const COUNTS = 'provisioning_log_Counts'

const TRIGGERS = {
  [`${EVENTS}_counted`]: `AFTER INSERT ON ${EVENTS} BEGIN
    INSERT INTO ${COUNTS} (tenant, events) VALUES (NEW.tenant, 1)
      ON CONFLICT (tenant) DO UPDATE SET events = events + 1;
  END`,
  [`${EVENTS}_uncounted`]: `AFTER DELETE ON ${EVENTS} BEGIN
    UPDATE ${COUNTS} SET events = events - 1 WHERE tenant = OLD.tenant;
  END`
}

/**
 * Has events counted from now on, and counts those that are there already, unless triggers have done so. To be called
 * after the schema was migrated.
 * @param file the database file
 */
export async function keepCounts(file: string) {
  const database = openLog(file)
  const found = database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?")
  const due = Object.entries(TRIGGERS).filter(
    ([name, rest]) => found.get(name)?.sql !== `CREATE TRIGGER ${name} ${rest}`
  )
  if (due.length)
    await transaction(database, () => {
      for (const [name, rest] of due) database.exec(`DROP TRIGGER IF EXISTS ${name}; CREATE TRIGGER ${name} ${rest}`)
      database.exec(
        `DELETE FROM ${COUNTS}; INSERT INTO ${COUNTS} SELECT tenant, count(*) FROM ${EVENTS} GROUP BY tenant`
      )
    })
  database.close()
}
