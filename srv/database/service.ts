/** The database of the service: CAP's database service, and the engine below it. */
import cds, { type EventContext } from '@sap/cds'
import { SourcedValue, type Row, type Statement } from '../plans/statement.ts'
import { debugStatement } from './debug.ts'
import type { Engine, Table } from './engine.ts'
import type { Reading } from './reading.ts'
import { tableOf } from './tables.ts'
import { remembered } from '../values/remembered.ts'

export interface Query {
  SELECT: { localized?: boolean; givesTexts?: Statement['givesTexts'] }
}

/** An entity of the linked model. */
interface Entity {
  name: string
  elements: Record<string, { name: string; virtual?: boolean }>
}

/** What the service uses of CAP's database services. */
interface DatabaseService {
  readonly engine: Engine
  readonly model: { definitions: Record<string, Entity> }
  /** Renders a query as SQL and runs it. */
  onSELECT: (request: { query: object }) => Promise<unknown>
  disconnect: () => Promise<void>
}
const service = () => cds.db as unknown as DatabaseService

/** @throws {Error} for `cds deploy`, which would make tables that differ from those of the service */
export function refuseDeployment() {
  if (cds.cli?.command === 'deploy')
    throw new Error('There is nothing to deploy: the service creates and migrates its tables itself when it starts.')
}

/** The engine, once CAP is connected to the database. */
export const engine = () => service().engine

/**
 * Runs a query of CAP outside transactions.
 * @param seen receives the statement that the query becomes
 * @throws {RequestError} as {@link Engine.query}
 */
export function read(query: Query, reading: Reading, seen?: (statement: Statement) => void): Promise<unknown> {
  const { user, locale, timestamp } = cds.context as EventContext
  const session = { '$user.id': user.id, '$user.locale': locale, $now: timestamp.toISOString() }
  const run = (sql: string) => ({
    all(values: unknown[]) {
      seen?.({ sql, values, givesTexts })
      const plain = values.map((each) => (each instanceof SourcedValue ? each.value : each))
      return engine().query({ sql, values: plain, givesTexts }, { ...reading, session })
    }
  })
  const { givesTexts } = query.SELECT
  query.SELECT.localized = false // CAP would sort by a collation that comparisons, and so positions, do not use
  return service().onSELECT.call(Object.create(service(), { prepare: { value: run } }), { query })
}

/** Runs a statement that CAP rendered for an earlier request. @throws {RequestError} as {@link Engine.query} */
export function execute(statement: Statement, reading: Reading): Promise<Row[]> {
  debugStatement(statement.sql, statement.values)
  return engine().query(statement, reading)
}

export type NewRows = [entity: string, row: object][]

/** Stores rows, all or none. @throws {RequestError} as {@link Engine.append} */
export function append(rows: NewRows): Promise<void> {
  const { definitions } = service().model
  return engine().append(rows.map(([entity, row]) => [tableOfEntity(definitions[entity] as Entity), row]))
}

/** Waits for the requests under way, and closes the database. */
export const disconnect = () => service().disconnect()

let requestsEnded = () => Promise.resolve()
const closed = new WeakMap<Engine, Promise<void>>()

/** Has the database wait when the service stops: CAP disconnects at once, but requests under way still need it. */
export function closeAfter(ended: () => Promise<void>) {
  requestsEnded = ended
}

/** Closes an engine, once however often this is called. @param disconnect CAP's own */
export function closeOnce(engine: Engine, disconnect: () => Promise<void>): Promise<void> {
  const close = async () => {
    await requestsEnded()
    await disconnect()
    await engine.close()
  }
  const closing = closed.get(engine) ?? close()
  closed.set(engine, closing)
  return closing
}

const tableOfEntity = remembered(({ name, elements }: Entity): Table => {
  const stored = Object.values(elements).filter(({ virtual }) => !virtual)
  return { name: tableOf(name), columns: stored.map((element) => element.name) }
})
