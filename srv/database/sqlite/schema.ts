/** The indexes and triggers that the service adds to the schema, and keeps as it defines them. */
import type { DatabaseSync } from 'node:sqlite'
import { findColumn, type Model } from '../../cqn/csn.ts'
import { columnsInAnyCase, wantedIndexes, type Index } from '../indexes.ts'
import { talliesIn } from '../tallies.ts'
import { transaction, type LogConnection } from './connection.ts'
import { ARRIVALS, EVENTS, PURGES, SEALS, tableOf, UNDER_WAY } from '../tables.ts'
import { BEGIN_ANEW, countTriggers, kindIndex } from './tallies.ts'

/**
 * Completes the schema after a migration. Creates indexes and triggers that are missing or were created differently, and
 * drops the indexes that the model no longer asks for (see db/indexes.cds). In a large log that takes minutes, but only
 * once. If the triggers that count events are new, the events that are there are counted.
 * @param forAllTenants whether to create `@indexesForAllTenants`, too
 */
export async function completeSchema(database: LogConnection, definitions: Definitions, forAllTenants: boolean) {
  const tables = Object.keys(definitions).map(tableOf)
  await renew(database, 'index', indexesIn(definitions, forAllTenants), { tables })
  const work = () => database.exec(BEGIN_ANEW)
  await renew(database, 'trigger', countTriggers(talliesIn(definitions)), { work })
  await renew(database, 'trigger', historyTriggers(database))
}

type Definitions = Model['definitions']

/** The statements that create all indexes, by their names. */
export const indexesIn = (definitions: Definitions, forAllTenants: boolean): Map<string, string> =>
  new Map([...wantedIndexes(definitions, forAllTenants).map(indexOf), kindIndex(talliesIn(definitions))])

function indexOf({ entity, table, columns, condition }: Index): [name: string, sql: string] {
  const name = `${table}_by_${columns.join('_')}`
  const tenant = findColumn(entity, 'tenant')
  const inAnyCase = columnsInAnyCase(entity)
  const begins = (index: number) => columns.slice(0, index).every((each) => each === tenant)
  const parts = columns.map((column, index) =>
    inAnyCase.includes(column) && begins(index) ? `${column} COLLATE NOCASE` : column
  )
  return [name, `CREATE INDEX ${name} ON ${table} (${parts.join()})${condition}`]
}

/** The statements, by name, that create the triggers which make the log append-only, whoever writes to it. */
export function historyTriggers(database: DatabaseSync): Map<string, string> {
  const all = [EVENTS, ARRIVALS, SEALS, PURGES].map((table) => triggers(table, uniqueColumns(database, table)))
  return new Map(all.flatMap(Object.entries).map(([name, rest]) => [name, `CREATE TRIGGER ${name} ${rest}`]))
}

function triggers(table: string, unique: string[][]) {
  const refuse = (what: string) => `BEGIN SELECT RAISE(ABORT, 'The log is append-only: no row of it is ${what}.'); END`
  const isKnown = [['rowid'], ...unique].map((columns) => {
    const equal = columns.map((column) => `"${column}" = NEW."${column}"`)
    return `EXISTS (SELECT 1 FROM ${table} WHERE ${equal.join(' AND ')})`
  })
  const unlessPurged = [EVENTS, ARRIVALS].includes(table) ? ` WHEN NOT EXISTS (SELECT 1 FROM ${UNDER_WAY})` : ''
  return {
    [`${table}_no_update`]: `BEFORE UPDATE ON ${table} ${refuse('changed')}`,
    [`${table}_no_delete`]: `BEFORE DELETE ON ${table}${unlessPurged} ${refuse('removed')}`,
    // INSERT OR REPLACE removes rows without firing DELETE triggers (https://sqlite.org/lang_conflict.html)
    [`${table}_no_replace`]: `BEFORE INSERT ON ${table} WHEN ${isKnown.join(' OR ')} ${refuse('replaced')}`
  }
}

/** The sets of columns that are unique in a table, including its primary key. */
function uniqueColumns(database: DatabaseSync, table: string) {
  const indexes = database.prepare(`SELECT name FROM pragma_index_list('${table}') WHERE "unique" ORDER BY name`).all()
  const columns = database.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
  return indexes.map(({ name }) => columns.all(name as string).map((column) => String(column.name)))
}

/**
 * Makes one connection refuse an id that any tenant uses. Others may belong to a service with tokens. The key of an
 * event includes the tenant, so that no tenant learns which ids others use. Without tokens nothing tells tenants apart,
 * and a reader could see two events with one id.
 */
export const REFUSE_SHARED_IDS = `
  CREATE TEMP TRIGGER refuse_shared_ids BEFORE INSERT ON main.${EVENTS}
  WHEN EXISTS (SELECT 1 FROM main.${EVENTS} WHERE id = NEW.id)
  BEGIN SELECT RAISE(ABORT, 'Another tenant has an event with this id.'); END`

/** Checks that the ids in a log are unique. @throws {Error} that names an id which several tenants use */
export function checkUniqueIds(database: LogConnection) {
  const shared = database.prepare(`SELECT id FROM ${EVENTS} GROUP BY id HAVING count(*) > 1 LIMIT 1`).get()
  if (!shared) return
  const problem = `Several tenants have an event with the id '${String(shared.id)}'.`
  throw new Error(`${problem} Only with tokens, which tell tenants apart, the service can read this database.`)
}

/**
 * Creates triggers or indexes that are missing, or were created by another statement.
 * @param wanted the statements that create them, by name
 * @param tables tables whose other triggers or indexes are dropped
 * @param work runs in the same transaction, if anything changes
 */
async function renew(
  database: LogConnection,
  type: 'trigger' | 'index',
  wanted: Map<string, string>,
  { tables = [], work = () => {} }: { tables?: string[]; work?: () => void } = {}
) {
  const all = database.prepare('SELECT name, sql, tbl_name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL')
  const known = new Map(all.all(type).map(({ name, sql, tbl_name: table }) => [String(name), { sql, table }]))
  const unwanted = [...known].filter(([name, { table }]) => tables.includes(String(table)) && !wanted.has(name))
  const due = [...wanted].filter(([name, sql]) => known.get(name)?.sql !== sql)
  if (!unwanted.length && !due.length) return
  await transaction(database, () => {
    for (const [name] of [...unwanted, ...due]) database.exec(`DROP ${type} IF EXISTS ${name}`)
    for (const [, sql] of due) database.exec(sql)
    work()
  })
}
