/** Triggers that refuse to change or remove a row of the log, whoever asks for it. */
import type { DatabaseSync } from 'node:sqlite'
import { ARRIVALS, EVENTS, PURGES, SEALS, UNDER_WAY } from './tables.ts'
import type { LogConnection } from './connection.ts'
import { renew } from './schema-objects.ts'

/** Creates the triggers that are missing or of an older version. To be called after a schema migration. */
export async function protect(database: LogConnection) {
  await renew(database, 'trigger', new Map(Object.entries(historyTriggers(database))))
}

/**
 * The statements that create the triggers, by the names of the triggers.
 * @param database has the tables
 */
export function historyTriggers(database: DatabaseSync): Record<string, string> {
  const all = [EVENTS, ARRIVALS, SEALS, PURGES].flatMap((table) =>
    Object.entries(triggers(table, uniqueColumns(database, table)))
  )
  return Object.fromEntries(all.map(([name, rest]) => [name, `CREATE TRIGGER ${name} ${rest}`]))
}

/**
 * The triggers of a table, by their names.
 * @param unique the sets of columns that are unique in it
 */
function triggers(table: string, unique: string[][]): Record<string, string> {
  const refuse = (what: string) => `BEGIN SELECT RAISE(ABORT, 'The log is append-only: no row of it is ${what}.'); END`
  const isKnown = [['rowid'], ...unique].map((columns) => {
    const equal = columns.map((column) => `"${column}" = NEW."${column}"`)
    return `EXISTS (SELECT 1 FROM ${table} WHERE ${equal.join(' AND ')})`
  })
  const unlessPurged = [EVENTS, ARRIVALS].includes(table) ? ` WHEN NOT EXISTS (SELECT 1 FROM ${UNDER_WAY})` : ''
  return {
    [`${table}_no_update`]: `BEFORE UPDATE ON ${table} ${refuse('changed')}`,
    [`${table}_no_delete`]: `BEFORE DELETE ON ${table}${unlessPurged} ${refuse('removed')}`,
    // INSERT OR REPLACE removes rows without the DELETE triggers (https://sqlite.org/lang_conflict.html)
    [`${table}_no_replace`]: `BEFORE INSERT ON ${table} WHEN ${isKnown.join(' OR ')} ${refuse('replaced')}`
  }
}

/** The sets of columns that are unique in a table, its primary key among them. */
function uniqueColumns(database: DatabaseSync, table: string) {
  const indexes = database.prepare(`SELECT name FROM pragma_index_list('${table}') WHERE "unique" ORDER BY name`).all()
  const columns = database.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
  return indexes.map(({ name }) => columns.all(name as string).map((column) => String(column.name)))
}
