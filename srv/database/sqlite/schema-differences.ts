/** Compares the schema of the log with the one the service creates, to find what would drop or alter events. */
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import { remembered } from '../../values/remembered.ts'
import type { Model } from '../../cqn/csn.ts'
import type { SchemaDifference } from '../log.ts'
import { differences, explained, foreign, keyOf, migration, storedModel } from '../schema.ts'
import type { Migration, SchemaObjects } from '../schema.ts'
import { ARRIVALS, COUNTS, EVENTS, OLDER, PURGES, SEALS, TALLIES, UNDER_WAY } from '../tables.ts'
import { talliesIn } from '../tallies.ts'
import { historyTriggers, indexesIn } from './schema.ts'
import { COUNT_TRIGGERS, countTriggers } from './tallies.ts'

/** See `History` in database/log.ts. */
export function schemaDifferences(database: DatabaseSync, csn: Model): SchemaDifference[] {
  const found = objectsOf(database)
  const { model, whole, expected } = expectedSchema(csn)
  if (found.has(keyOf('table', 'cds_model'))) expectVersion(database, model, whole)
  return differences(found, expected)
}

/** The schema of a model. The compiler takes much longer than the comparison, and several logs can have one model. */
const expectedSchema = remembered((csn: Model) => {
  const model = storedModel(csn)
  const whole = migration(model)
  return { model, whole, expected: expectedObjects(model, whole) }
})

/** Looks for what would drop or alter events before they are stored. @throws {Error} if there is such a thing */
export function expectUntouched(database: DatabaseSync) {
  const known = new Set([...COUNT_TRIGGERS, ...historyTriggers(database).keys()])
  for (const [type, name = ''] of [...objectsOf(database).keys()].map((key) => key.split('\0'))) {
    if (type === 'trigger' && !known.has(name)) throw foreign('a trigger that is not its own', name)
    if (type === 'view' && TABLES.includes(name.toLowerCase())) throw foreign('a view in the place of its table', name)
  }
}

/** In lower case, as SQLite ignores the case of names. */
const TABLES = [EVENTS, ARRIVALS, SEALS, PURGES, UNDER_WAY, COUNTS, TALLIES, OLDER].map((table) => table.toLowerCase())

function expectVersion(database: DatabaseSync, model: Model, { afterImage }: Migration) {
  const { csn } = database.prepare('SELECT csn FROM cds_model').get() ?? {}
  if (isSame(csn, afterImage)) return // the usual case, in which the compiler has nothing to compare
  try {
    const { drops, createsAndAlters } = migration(model, String(csn))
    if (!drops.length && !createsAndAlters.length) return
  } catch (error) {
    throw explained(error)
  }
  throw new Error(
    'its schema is that of another version of the service, or cds_model was altered. Start this version once.'
  )
}

const isSame = (csn: unknown, { definitions }: Migration['afterImage']) =>
  typeof csn === 'string' &&
  isDeepStrictEqual((JSON.parse(csn) as Model).definitions, JSON.parse(JSON.stringify(definitions)))

/** Creates the schema in memory. */
function expectedObjects(model: Model, { createsAndAlters }: Migration) {
  const indexes = indexesIn(model.definitions, true).values()
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE cds_model (csn CLOB)') // where CAP keeps the deployed model: see `cds.deploy`
  const triggers = countTriggers(talliesIn(model.definitions)).values()
  database.exec([...createsAndAlters, ...indexes, ...triggers].join(';\n'))
  database.exec([...historyTriggers(database).values()].join(';\n'))
  const objects = objectsOf(database)
  database.close()
  return objects
}

/** The tables, indexes, triggers and views, but for the tables of ANALYZE, which an operator may run. */
const OBJECTS = `SELECT type, name, sql FROM sqlite_schema
  WHERE type <> 'table' OR name NOT GLOB 'sqlite_stat[0-9]' ORDER BY type DESC, name`

function objectsOf(database: DatabaseSync): SchemaObjects {
  const all = database.prepare(OBJECTS).all() as { type: string; name: string; sql: string | null }[]
  return new Map(all.map(({ type, name, sql }) => [keyOf(type, name), sql && type === 'table' ? comparable(sql) : sql]))
}

/**
 * The statement of a table in a form that can be compared: without the order of columns, as migrations append some, and
 * without the lengths of texts and whether they are large, which mean nothing to SQLite, so that no migration changes them.
 */
function comparable(sql: string) {
  const begin = sql.indexOf('(')
  const end = sql.lastIndexOf(')')
  const columns = listOf(sql.slice(begin + 1, end)).map((each) => each.replace(TEXT_TYPE, ' TEXT'))
  return [sql.slice(0, begin), ...columns.toSorted(), sql.slice(end)].join()
}

const TEXT_TYPE = /(?<=^\S+) (?:NVARCHAR\(\d+\)|NCLOB)/

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
