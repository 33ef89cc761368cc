/** What engines share to compare the schema of a log with the one that the service creates from the CDS model. */
import cds from '@sap/cds'
import type { Model } from '../cqn/csn.ts'
import { isOfAllTenants } from './indexes.ts'
import { completeNothing, storeJsonAsText } from './json-columns.ts'
import type { SchemaDifference } from './log.ts'

/** The objects of a schema: their definitions by {@link keyOf} type and name. Indexes of constraints may have none. */
export type SchemaObjects = Map<string, string | null>

export const keyOf = (type: string, name: string) => `${type}\0${name}`

/** The differences between the objects that a schema has, and those that it should have. */
export function differences(found: SchemaObjects, expected: SchemaObjects): SchemaDifference[] {
  const added = [...found.keys()].filter((key) => !expected.has(key))
  const others = [...expected].filter(([key, definition]) =>
    found.has(key) ? found.get(key) !== definition : !isOfAllTenants(definition ?? '')
  )
  return [
    ...added.map((key) => differenceOf(key, 'added')),
    ...others.map(([key]) => differenceOf(key, found.has(key) ? 'altered' : 'missing'))
  ]
}

function differenceOf(key: string, difference: SchemaDifference['difference']): SchemaDifference {
  const [type = '', name = ''] = key.split('\0')
  return { type, name, difference }
}

/** The error for what could drop or alter events before they are stored. */
export const foreign = (what: string, name: string) =>
  new Error(`The service does not start on a database that has ${what}, '${name}': it could alter events.`)

/** A model with what is stored as JSON in columns of text. */
export function storedModel(csn: Model): Model {
  const model = structuredClone(csn)
  storeJsonAsText(model)
  completeNothing(model)
  return model
}

/** What leads from one model to another. */
export interface Migration {
  drops: string[]
  createsAndAlters: string[]
  /** What `cds.deploy` keeps of the other model, in JSON. */
  afterImage: Model
}

/** The parts of CAP used here that its published types lack. CAP loads them when they are used: threads use none. */
const cap = cds as unknown as {
  compile: { to: { sql: { delta: (csn: object, options: object, before?: string) => Migration } } }
  env: { requires: { db: object } }
}

/** @param before the other model, in JSON; by default an empty database */
export const migration = (model: Model, before?: string) =>
  cap.compile.to.sql.delta(model, { ...cap.env.requires.db }, before)

const MISFITS: [says: RegExp, sentence: string][] = [
  [
    /: Dropping \w+ is not supported/,
    'the schema of the database is that of a newer version of the service, or the model has lost a property.'
  ],
  [/: (Changed element .*?) and is not supported/, 'the model changes what the log has stored: $1.'],
  [
    /Cannot add a NOT NULL column|contains null values/,
    "a property that is new in the model is 'not null', and the events of the log have no value of it: use @mandatory."
  ]
]

/** The error of a migration, in a sentence if the model does not fit what is stored. @param start of it */
export function explained(error: unknown, start = ''): unknown {
  const { message } = error as Error
  for (const [says, sentence] of MISFITS) {
    const [, what = ''] = says.exec(message) ?? []
    if (says.test(message)) return new Error(start + sentence.replace('$1', what), { cause: error })
  }
  return error
}
