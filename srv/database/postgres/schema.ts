/** What the service adds to the tables that CAP creates: indexes, triggers, and how arrivals get numbers. */
import type pg from 'pg'
import type { Start } from '../engine.ts'
import { ARRIVALS, EVENTS, PURGES, SEALS, UNDER_WAY } from '../tables.ts'
import { talliesIn } from '../tallies.ts'
import { codeOf } from './failures.ts'
import { indexesIn } from './indexes.ts'
import { withNames } from './sql.ts'
import { PARTITION_SCHEMA } from './partitions.ts'
import { purgeSchema } from './purges.ts'
import { accessSchema } from './roles.ts'
import { searchSchema } from './search-schema.ts'
import { sequencerSchema } from './sequencer.ts'
import { IDS, OTHERS } from './tables.ts'
import { talliesSchema } from './tallies.ts'

/**
 * Prepares the tables after a migration. All of it can be repeated, while other instances use the tables: each
 * statement locks what it needs for itself.
 * @param role the role of the service, quoted; undefined if it is that of the client
 * @throws {Error} if ids must be unique and are not
 */
export async function completeSchema(
  client: pg.Client,
  { definitions, uniqueIds, indexesForAllTenants, searched }: Start,
  role: string | undefined
) {
  const run = (sql: string) => unlessDeadlocked(() => client.query(withNames(sql)))
  const tallies = talliesIn(definitions)
  const schema = [
    OWN_SCHEMA,
    REFUSE_CHANGE,
    ...PARTITION_SCHEMA,
    ...sequencerSchema(),
    ...talliesSchema(tallies),
    ...purgeSchema(tallies),
    ...(searched ? searchSchema(searched) : [])
  ]
  for (const sql of schema) await run(sql)
  await renewIndexes(run, indexesIn(definitions, indexesForAllTenants))
  if (uniqueIds) await run(`CREATE UNIQUE INDEX IF NOT EXISTS ${UNIQUE_IDS} ON ${IDS} (id)`).catch(expectUniqueIds)
  else await run(`DROP INDEX IF EXISTS ${UNIQUE_IDS}`)
  for (const sql of [...historyTriggers(), ...accessSchema(definitions, role)]) await run(sql)
}

/** How often a statement is tried again. */
const TIMES = 3

/** Runs a statement again where it and another one, such as that which drops a month, waited for each other's locks. */
async function unlessDeadlocked<Result>(run: () => Promise<Result>, times = TIMES): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    if (codeOf(error) !== '40P01' || !times) throw error
    return unlessDeadlocked(run, times - 1)
  }
}

/** The index that ids have where no token tells tenants apart. */
export const UNIQUE_IDS = 'events_unique_ids'

function expectUniqueIds(cause: { code?: string }): never {
  if (cause.code !== '23505') throw cause as Error
  const problem = 'Several tenants have an event with the same id.'
  throw new Error(`${problem} Only with tokens, which tell tenants apart, the service can read this database.`, {
    cause
  })
}

/** Creates the indexes that are missing, which takes minutes in a large log, and drops those that nothing asks for. */
async function renewIndexes(run: (sql: string) => Promise<pg.QueryResult>, wanted: Map<string, string>) {
  const known = `SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'by\\_%'`
  const names = ((await run(known)).rows as { name: string }[]).map(({ name }) => name)
  for (const name of names) if (!wanted.has(name)) await run(`DROP INDEX ${name}`)
  for (const [name, sql] of wanted) if (!names.includes(name)) await run(sql) // it would lock the table in any case
}

/**
 * What functions of the owner take as their path. Temporary tables come last: they would otherwise come first, and
 * whoever may create some could have such a function read these instead of the log.
 */
const OWN_SCHEMA = `SELECT set_config('search_path', format('%I, pg_temp', current_schema()), false)`

const REFUSE_CHANGE = `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path FROM CURRENT AS $$ BEGIN
  -- only a purge in its transaction sees the row that it adds: see purges.ts
  IF TG_OP = 'DELETE' AND TG_NARGS > 0 THEN
    IF EXISTS (SELECT 1 FROM ${UNDER_WAY}) THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'The log is append-only: no row of it is changed or removed.';
END $$`

/** The tables whose rows a purge removes. */
const PURGED = [EVENTS, ARRIVALS, IDS]

/** The statements that make the log append-only, whoever writes to it. */
export const historyTriggers = () => [
  ...[...PURGED, SEALS, PURGES].flatMap((table) => [
    `CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE OR DELETE ON ${table}
     FOR EACH ROW EXECUTE FUNCTION refuse_change(${PURGED.includes(table) ? "'unless purged'" : ''})`,
    `CREATE OR REPLACE TRIGGER no_truncation BEFORE TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`
  ]),
  `CREATE OR REPLACE TRIGGER no_truncation BEFORE TRUNCATE ON ${OTHERS}
   FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`
]
