/** What engines share of the schema of a log: the model it is made from, and how it is compared with that. */
import cds from '@sap/cds'
import { findColumn, type Definition, type Model } from '../cqn/csn.ts'
import { isOfAllTenants } from './indexes.ts'
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

/** The entity of events, its projections, and the types of what they have: other entities are CAP's own. */
function definitionsOfLog({ definitions }: Model): Definition[] {
  const found = new Set<Definition>()
  const visit = (definition: Definition | undefined) => {
    if (!definition || found.has(definition)) return
    found.add(definition)
    visit(definitions[definition.type ?? ''])
    for (const { type = '', items } of Object.values(definition.elements ?? {}))
      for (const name of [type, items?.type ?? '']) visit(definitions[name])
  }
  for (const each of Object.values(definitions)) if (findColumn(each, 'representationTag')) visit(each)
  return [...found]
}

const TEXT = 'cds.LargeString'

/**
 * Makes a model that of the database, in place. Elements of open types and collections become columns of text: CAP would
 * parse the JSON in them on every read, which costs time and the digits of large numbers, and it cannot use them in
 * expressions. Nothing that events show has a default any more. They get it when they are posted: that of a column would
 * change the events that were there before it.
 */
export function makeStored(model: Model) {
  const ofLog = definitionsOfLog(model)
  const isOpen = (type = '') => model.definitions[type]?.type === 'cds.Map'
  for (const element of ofLog.flatMap(({ elements = {} }) => Object.values(elements))) {
    if (!element['@cds.api.ignore']) delete element.default
    if (!element.items && !isOpen(element.type)) continue
    delete element.items
    element.type = TEXT
  }
  for (const definition of ofLog) if (definition.type === 'cds.Map') definition.type = TEXT
}

/** A copy of a model as {@link makeStored} makes it. */
export function storedModel(csn: Model): Model {
  const model = structuredClone(csn)
  makeStored(model)
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
