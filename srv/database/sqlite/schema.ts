/** Compares the schema of the log with the one the service creates, to find what would drop or alter events. */
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import cds from '@sap/cds'
import { storeJsonAsText, type StoredModel } from '../json-columns.ts'
import type { SchemaDifference } from '../log.ts'
import { isOfAllTenants, type Indexed } from '../indexes.ts'
import { talliesIn } from '../tallies.ts'
import { indexesOf, historyTriggers } from './schema-objects.ts'
import { ARRIVALS, COUNTS, EVENTS, OLDER, PURGES, SEALS, TALLIES, UNDER_WAY } from '../tables.ts'
import { COUNT_TRIGGERS, countTriggers } from './tallies.ts'
import { remembered } from '../../values/remembered.ts'

/** A table, index, trigger or view. The indexes of constraints have no statement. */
interface SchemaObject {
  type: string
  name: string
  sql: string | null
}

/** What leads from one model to another. */
interface Migration {
  drops: string[]
  createsAndAlters: string[]
  /** What `cds.deploy` keeps of the other model, in JSON. */
  afterImage: Pick<StoredModel, 'definitions'>
}

/** The parts of CAP used here that its published types lack. CAP loads them when they are used: threads use none. */
const cap = cds as unknown as {
  compile: {
    to: {
      sql: { delta: (csn: object, options: object, before?: string) => Migration }
    }
  }
  env: { requires: { db: object } }
}

/** The tables of ANALYZE, which an operator may run. They change no answer. */
const STATISTICS = /^table sqlite_stat\d$/

/** See `History` in database/log.ts. */
export function schemaDifferences(database: DatabaseSync, csn: StoredModel): SchemaDifference[] {
  const found = objectsOf(database)
  if (!found.size) throw new Error('the file is empty.')
  const { model, whole, expected } = expectedSchema(csn)
  if (found.has('table cds_model')) expectVersion(database, model, whole)
  const added = [...found].filter(([key]) => !expected.has(key) && !STATISTICS.test(key))
  return [
    ...added.map(([, { type, name }]) => ({ type, name, difference: 'added' as const })),
    ...[...expected].flatMap(([key, each]) => {
      const other = found.get(key)
      if (other ? comparable(other) === comparable(each) : isOfAllTenants(each.sql ?? '')) return []
      return { type: each.type, name: each.name, difference: other ? ('altered' as const) : ('missing' as const) }
    })
  ]
}

interface Schema {
  model: StoredModel
  /** What leads to it from an empty database. */
  whole: Migration
  expected: Map<string, SchemaObject>
}

/** The schema of a model. The compiler takes much longer than the comparison, and several logs can have one model. */
const expectedSchema = remembered((csn: StoredModel): Schema => {
  const model = structuredClone(csn)
  storeJsonAsText(model)
  const whole = migration(model)
  return { model, whole, expected: expectedObjects(model, whole) }
})

/** See `Log` in database/log.ts. */
export function expectUntouched(database: DatabaseSync) {
  const known = new Set([...COUNT_TRIGGERS, ...historyTriggers(database).keys()])
  const refuse = (what: string): never => {
    throw new Error(`The service does not start on a database that has ${what}: it could alter events.`)
  }
  for (const { type, name } of objectsOf(database).values()) {
    if (type === 'trigger' && !known.has(name)) refuse(`a trigger that is not its own, '${name}'`)
    if (type === 'view' && TABLES.includes(name.toLowerCase())) refuse(`a view in the place of its table, '${name}'`)
  }
}

/** In lower case, as SQLite ignores the case of names. */
const TABLES = [EVENTS, ARRIVALS, SEALS, PURGES, UNDER_WAY, COUNTS, TALLIES, OLDER].map((table) => table.toLowerCase())

function expectVersion(database: DatabaseSync, model: StoredModel, { afterImage }: Migration) {
  const { csn } = database.prepare('SELECT csn FROM cds_model').get() ?? {}
  if (isSame(csn, afterImage)) return // the usual case, in which the compiler has nothing to compare
  const { drops, createsAndAlters } = migration(model, String(csn))
  if (drops.length || createsAndAlters.length)
    throw new Error(
      'its schema is that of another version of the service, or cds_model was altered. Start this version once.'
    )
}

const isSame = (csn: unknown, { definitions }: Migration['afterImage']) =>
  typeof csn === 'string' &&
  isDeepStrictEqual((JSON.parse(csn) as StoredModel).definitions, JSON.parse(JSON.stringify(definitions)))

const migration = (model: StoredModel, before?: string) =>
  cap.compile.to.sql.delta(model, { ...cap.env.requires.db }, before)

/** Creates the schema in memory. */
function expectedObjects(model: StoredModel, { createsAndAlters }: Migration) {
  const indexes = Object.entries(model.definitions).flatMap(([entity, definition]) => [
    ...indexesOf(entity, definition as Indexed, true).values()
  ])
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE cds_model (csn CLOB)') // where CAP keeps the deployed model: see `cds.deploy`
  const triggers = countTriggers(talliesIn(model.definitions)).values()
  database.exec([...createsAndAlters, ...indexes, ...triggers].join(';\n'))
  database.exec([...historyTriggers(database).values()].join(';\n'))
  const objects = objectsOf(database)
  database.close()
  return objects
}

function objectsOf(database: DatabaseSync) {
  const all = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type DESC, name').all()
  return new Map((all as unknown as SchemaObject[]).map((each) => [`${each.type} ${each.name}`, each]))
}

/** A statement in a form that can be compared: the order of columns is ignored, as a migration appends new ones. */
function comparable({ type, sql }: SchemaObject) {
  if (type !== 'table' || sql === null) return sql
  const begin = sql.indexOf('(')
  const end = sql.lastIndexOf(')')
  return [sql.slice(0, begin), ...listOf(sql.slice(begin + 1, end)).toSorted(), sql.slice(end)].join()
}

/** Splits definitions of columns and constraints at the commas outside of parentheses and quotes. */
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
