/** What the service adds to the tables that CAP creates: indexes, triggers, and how arrivals get numbers. */
import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { Indexed } from '../engine.ts'
import { ARRIVALS, EVENTS, PURGES, SEALS } from '../tables.ts'
import { withNames } from './names.ts'
import { sequencerSchema } from './sequencer.ts'

/**
 * Prepares the tables after a migration. All of it can be repeated, while other instances use the tables: each statement
 * locks what it needs for itself.
 * @param definitions the entities of the model, by name
 * @param uniqueIds whether an id must be unique over all tenants
 * @throws {Error} if ids must be unique and are not
 */
export async function completeSchema(client: pg.Client, definitions: Record<string, Indexed>, uniqueIds: boolean) {
  const run = (sql: string) => client.query(withNames(sql))
  for (const sql of sequencerSchema()) await run(sql)
  for (const [entity, definition] of Object.entries(definitions))
    for (const sql of indexesOf(entity, definition)) await run(sql)
  if (uniqueIds) await run(`CREATE UNIQUE INDEX IF NOT EXISTS ${UNIQUE_IDS} ON ${EVENTS} (id)`).catch(expectUniqueIds)
  else await run(`DROP INDEX IF EXISTS ${UNIQUE_IDS}`)
}

const UNIQUE_IDS = 'events_unique_ids'

function expectUniqueIds(cause: { code?: string }): never {
  if (cause.code !== '23505') throw cause as Error
  const problem = 'Several tenants have an event with the same id.'
  throw new Error(`${problem} Only with tokens, which tell tenants apart, the service can read this database.`, {
    cause
  })
}

/**
 * The statements that create the indexes of an entity. Null comes first in them, as in the order of OData. The values in
 * an index have 2,700 bytes at most, so columns whose length clients decide have none.
 */
function indexesOf(entity: string, { elements = {}, query, projection, '@indexes': indexes = [] }: Indexed): string[] {
  if (query || projection) return [] // a view reads by those of its table
  const table = entity.replaceAll('.', '_')
  const lists = indexes.map((list) => list.map((element) => element['='].replaceAll('.', '_')))
  const isShort = (column: string) =>
    column === 'tenant' || Boolean((elements as Record<string, { length?: number; type?: string }>)[column]?.length)
  return lists
    .filter((columns) => columns.every(isShort))
    .map((columns) => {
      // names have 63 bytes at most
      const name = `by_${createHash('sha256')
        .update([table, ...columns].join())
        .digest('hex')
        .slice(0, 16)}`
      return `CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${columns.map((each) => `${each} NULLS FIRST`).join()})`
    })
}

/** The statements that make the log append-only, whoever writes to it. */
export const historyTriggers = () => [
  `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     RAISE EXCEPTION 'The log is append-only: no row of it is changed or removed.';
   END $$`,
  ...[EVENTS, ARRIVALS, SEALS, PURGES].flatMap((table) => [
    `CREATE OR REPLACE TRIGGER no_change BEFORE UPDATE OR DELETE ON ${table}
     FOR EACH ROW EXECUTE FUNCTION refuse_change()`,
    `CREATE OR REPLACE TRIGGER no_truncation BEFORE TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`
  ])
]
