/** Compares the schema of the log with the one that the service makes: what leaves out or alters events is not in that. */
import { DatabaseSync } from 'node:sqlite'
import cds from '@sap/cds'
import { storeJsonAsText, type StoredModel } from '../json-columns.ts'
import type { SchemaDifference } from '../log.ts'
import { COUNTS, COUNT_TRIGGERS } from './counts.ts'
import type { Indexed } from '../engine.ts'
import { indexesOf } from './indexes.ts'
import { historyTriggers } from './protection.ts'
import { ARRIVALS, EVENTS, PURGES, SEALS, UNDER_WAY } from './tables.ts'

/** What SQLite keeps of a table, an index, a trigger or a view; those of constraints have no statement. */
interface SchemaObject {
  type: string
  name: string
  sql: string | null
}

/** What is used of CAP here that its published types do not have. */
const { compile, env } = cds as unknown as {
  compile: { to: { sql: { delta: (csn: object, options: object, before?: string) => Migration } } }
  env: { requires: { db: object } }
}

/** The statements that lead from one model to another. */
interface Migration {
  drops: string[]
  createsAndAlters: string[]
}

/** What the query planner knows of the data, which whoever operates the log may have asked for: it alters no answer. */
const STATISTICS = /^table sqlite_stat\d$/

/** See `History` in database/log.ts. */
export function schemaDifferences(database: DatabaseSync, csn: StoredModel): SchemaDifference[] {
  const found = objectsOf(database)
  if (!found.size) throw new Error('the file is empty.')
  const model = structuredClone(csn)
  storeJsonAsText(model)
  if (found.has('table cds_model')) expectVersion(database, model)
  const expected = expectedObjects(model)
  const added = [...found].filter(([key]) => !expected.has(key) && !STATISTICS.test(key))
  return [
    ...added.map(([, { type, name }]) => ({ type, name, difference: 'added' as const })),
    ...[...expected].flatMap(([key, each]) => {
      const other = found.get(key)
      if (other && comparable(other) === comparable(each)) return []
      return { type: each.type, name: each.name, difference: other ? ('altered' as const) : ('missing' as const) }
    })
  ]
}

/** See `Log` in database/log.ts. */
export function expectUntouched(database: DatabaseSync) {
  const known = new Set([...Object.keys(COUNT_TRIGGERS), ...Object.keys(historyTriggers(database))])
  const refuse = (what: string): never => {
    throw new Error(`The service does not start on a database that has ${what}: it could alter events.`)
  }
  for (const { type, name } of objectsOf(database).values()) {
    if (type === 'trigger' && !known.has(name)) refuse(`a trigger that is not its own, '${name}'`)
    if (type === 'view' && TABLES.includes(name.toLowerCase())) refuse(`a view in the place of its table, '${name}'`)
  }
}

/** In lower case, as the case of names does not matter to SQLite. */
const TABLES = [EVENTS, ARRIVALS, SEALS, PURGES, UNDER_WAY, COUNTS].map((table) => table.toLowerCase())

function expectVersion(database: DatabaseSync, model: StoredModel) {
  const { csn } = database.prepare('SELECT csn FROM cds_model').get() ?? {}
  const { drops, createsAndAlters } = migration(model, String(csn))
  if (drops.length || createsAndAlters.length)
    throw new Error(
      'its schema is that of another version of the service, or cds_model was altered. Start this version once.'
    )
}

const migration = (model: StoredModel, before?: string) => compile.to.sql.delta(model, { ...env.requires.db }, before)

/** Makes the schema in a database in memory. */
function expectedObjects(model: StoredModel) {
  const indexes = Object.entries(model.definitions).flatMap(([entity, definition]) => [
    ...indexesOf(entity, definition as Indexed).values()
  ])
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE cds_model (csn CLOB)') // by which CAP migrates: see `cds.deploy`
  database.exec([...migration(model).createsAndAlters, ...indexes, ...Object.values(COUNT_TRIGGERS)].join(';\n'))
  database.exec(Object.values(historyTriggers(database)).join(';\n'))
  const objects = objectsOf(database)
  database.close()
  return objects
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
