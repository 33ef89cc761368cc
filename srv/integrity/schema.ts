/** Compares the schema of the log with the one that the service makes: what leaves out or alters events is not in that. */
import { DatabaseSync } from 'node:sqlite'
import cds from '@sap/cds'
import { COUNT_TRIGGERS } from '../database/sqlite/counts.ts'
import { indexesOf, type Indexed } from '../database/sqlite/indexes.ts'
import { storeJsonAsText, type Model } from '../odata/model/schema.ts'
import { FIRST, type Findings } from './findings.ts'
import { historyTriggers } from './history.ts'

/** What SQLite keeps of a table, an index, a trigger or a view; those of constraints have no statement. */
interface SchemaObject {
  type: string
  name: string
  sql: string | null
}

/** What is used of CAP here that its published types do not have. */
const { load, compile, env } = cds as unknown as {
  load: (from: string) => Promise<Model>
  compile: { to: { sql: { delta: (csn: Model, options: object, before?: string) => Migration } } }
  env: { requires: { db: object } }
}

/** The statements that lead from one model to another. */
interface Migration {
  drops: string[]
  createsAndAlters: string[]
}

/** What the service makes of the model. */
export interface ExpectedSchema {
  /** Tables, indexes, triggers and views, by their types and names. */
  objects: Map<string, SchemaObject>
  /** What leads to it from the schema of another model. */
  migrationFrom: (csn: string) => Migration
}

/** What the query planner knows of the data, which whoever operates the log may have asked for: it alters no answer. */
const STATISTICS = /^table sqlite_stat\d$/

/** Makes the schema of the model in the current folder, in a database in memory. */
export async function expectedSchema(): Promise<ExpectedSchema> {
  const csn = await load('*')
  storeJsonAsText(csn)
  const migrationFrom = (before?: string) => compile.to.sql.delta(csn, { ...env.requires.db }, before)
  const indexes = Object.entries(csn.definitions).flatMap(([entity, definition]) => [
    ...indexesOf(entity, definition as Indexed).values()
  ])
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE cds_model (csn CLOB)') // by which CAP migrates: see `cds.deploy`
  database.exec([...migrationFrom().createsAndAlters, ...indexes, ...Object.values(COUNT_TRIGGERS)].join(';\n'))
  database.exec(Object.values(historyTriggers(database)).join(';\n'))
  return { objects: objectsOf(database), migrationFrom }
}

/**
 * Compares the schema of the log with the expected one.
 * @returns whether the tables are as expected, so that their rows can be checked
 * @throws {Error} if there is no log, or one of another version of the service
 */
export function compareSchema(database: DatabaseSync, expected: ExpectedSchema, findings: Findings): boolean {
  const found = objectsOf(database)
  if (!found.size) throw new Error('the file is empty.')
  if (found.has('table cds_model')) expectVersion(database, expected)
  for (const [key, { type, name }] of found)
    if (!expected.objects.has(key) && !STATISTICS.test(key)) findings.note(FIRST, `The ${type} '${name}' was added.`)
  let areTablesSound = true
  const note = ({ type, name }: SchemaObject, what: string) => {
    if (type === 'table') areTablesSound = false
    findings.note(FIRST, `The ${type} '${name}' ${what}.`)
  }
  for (const [key, each] of expected.objects) {
    const other = found.get(key)
    if (!other) note(each, 'is missing')
    else if (comparable(other) !== comparable(each)) note(each, 'is not as the service made it')
  }
  return areTablesSound
}

function expectVersion(database: DatabaseSync, { migrationFrom }: ExpectedSchema) {
  const { csn } = database.prepare('SELECT csn FROM cds_model').get() ?? {}
  const { drops, createsAndAlters } = migrationFrom(String(csn))
  if (drops.length || createsAndAlters.length)
    throw new Error(
      'its schema is that of another version of the service, or cds_model was altered. Start this version once.'
    )
}

function objectsOf(database: DatabaseSync) {
  const all = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type DESC, name').all()
  return new Map((all as unknown as SchemaObject[]).map((each) => [`${each.type} ${each.name}`, each]))
}

/** A statement as it can be compared: a migration adds columns to a table after those that are there already. */
function comparable({ type, sql }: SchemaObject) {
  if (type !== 'table' || sql === null) return sql
  const begin = sql.indexOf('(')
  const end = sql.lastIndexOf(')')
  return [sql.slice(0, begin), ...listOf(sql.slice(begin + 1, end)).toSorted(), sql.slice(end)].join()
}

/** The definitions of columns and constraints: what commas outside of parentheses and quotes part. */
function listOf(definitions: string) {
  const parts = ['']
  let depth = 0
  for (const [token] of definitions.matchAll(/'[^']*'|"[^"]*"|[(),]|[^'"(),]+/g)) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (token === ',' && depth === 0) parts.push('')
    else parts.push(parts.pop() + token)
  }
  return parts.map((part) => part.replaceAll(/\s+/g, ' ').trim())
}
