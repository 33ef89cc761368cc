/** Triggers that make the log append-only, whoever writes to it. */
import type { DatabaseSync } from 'node:sqlite'
import { ARRIVALS, EVENTS, PURGES, SEALS, UNDER_WAY } from './tables.ts'

/**
 * The statements that create the triggers, by trigger name.
 * @param database where the tables exist
 */
export function historyTriggers(database: DatabaseSync): Map<string, string> {
  const all = [EVENTS, ARRIVALS, SEALS, PURGES].flatMap((table) => triggers(table, uniqueColumns(database, table)))
  return new Map(all.map(([name, rest]) => [name, `CREATE TRIGGER ${name} ${rest}`]))
}

function triggers(table: string, unique: string[][]): [name: string, rest: string][] {
  const refuse = (what: string) => `BEGIN SELECT RAISE(ABORT, 'The log is append-only: no row of it is ${what}.'); END`
  const isKnown = [['rowid'], ...unique].map((columns) => {
    const equal = columns.map((column) => `"${column}" = NEW."${column}"`)
    return `EXISTS (SELECT 1 FROM ${table} WHERE ${equal.join(' AND ')})`
  })
  const unlessPurged = [EVENTS, ARRIVALS].includes(table) ? ` WHEN NOT EXISTS (SELECT 1 FROM ${UNDER_WAY})` : ''
  return [
    [`${table}_no_update`, `BEFORE UPDATE ON ${table} ${refuse('changed')}`],
    [`${table}_no_delete`, `BEFORE DELETE ON ${table}${unlessPurged} ${refuse('removed')}`],
    // INSERT OR REPLACE removes rows without firing DELETE triggers (https://sqlite.org/lang_conflict.html)
    [`${table}_no_replace`, `BEFORE INSERT ON ${table} WHEN ${isKnown.join(' OR ')} ${refuse('replaced')}`]
  ]
}

/** The sets of columns that are unique in a table, including its primary key. */
function uniqueColumns(database: DatabaseSync, table: string) {
  const indexes = database.prepare(`SELECT name FROM pragma_index_list('${table}') WHERE "unique" ORDER BY name`).all()
  const columns = database.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
  return indexes.map(({ name }) => columns.all(name as string).map((column) => String(column.name)))
}
