/**
 * What the service asks of the database that keeps the log. Nobody above knows which database it is: `requires.db` in
 * .cdsrc.json names the database service of an engine, and that service has the engine.
 */
import type { Model } from '../cqn/csn.ts'
import type { Row, Statement } from '../plans/statement.ts'
import type { Reading } from './reading.ts'

/** A table that rows are inserted into. */
export interface Table {
  name: string
  columns: string[]
}

/** Rows that are stored all or none, each with the table that it goes into. */
export type Entry = [table: Table, row: object][]

/** The columns of events that searches look into: those with a text, and those with JSON. */
export interface Searched {
  text: string[]
  json: string[]
  /** Those of text that are indexed by the parts of their values, and the columns of stored events that they show. */
  byParts: Record<string, string>
}

/** What the engine needs to know before it takes requests. */
export interface Start {
  definitions: Model['definitions']
  /** Whether an id must be unique over all tenants, because no token distinguishes them. */
  uniqueIds: boolean
  /** Whether there are `@indexesForAllTenants`. */
  indexesForAllTenants: boolean
  /** The columns of events that are searched; without them no index is kept. */
  searched?: Searched
}

export interface Engine {
  /**
   * Migrates the schema, if the user of the service may do so, unless it is known that this would change nothing. Where
   * several services can start on one database at the same time, the others wait.
   * @param model whatever the deployment depends on
   * @throws {Error} if the schema is newer than the service, or older where it may not be migrated; if there are
   *   foreign triggers, or a view in the place of a table, which would drop or alter events before they are stored
   */
  migrate: (model: string, deploy: () => Promise<void>) => Promise<void>
  /** Prepares indexes, counts and triggers after a migration. @throws {Error} if ids must be unique and are not */
  start: (start: Start) => Promise<void>
  /**
   * Stores an entry: all of its rows or none. Concurrent entries share a commit.
   * @returns a promise that is fulfilled when the entry is on disk
   * @throws {RequestError} if the database fails, and the engine's own error for a row that it refuses
   */
  append: (entry: Entry) => Promise<void>
  /** Numbers all arrivals that were committed before the call, where they get none at insert. @throws {RequestError} */
  numberArrivals?: () => Promise<void>
  /**
   * Runs a query outside transactions, as long as somebody waits for its result.
   * @throws {RequestError} if the database fails, if nobody waits any longer, or if the query takes too long
   */
  query: (statement: Statement, reading: Reading) => Promise<Row[]>
  /** Checks that the database can be read, and that nobody keeps it locked. @throws the engine's own error if not */
  check: () => Promise<void>
  /** Whether it ends a query that {@link Statement.givesTexts} at the first one that does not fit. */
  readonly endsWhereFull: boolean
  /** Whether this process does what one of several on the same log is enough for. */
  readonly leads: boolean
  /** The bytes that were committed and not yet moved into the database file. */
  readonly waitingBytes: number
  /** The secret for the tokens of links, 32 bytes. It is made once and kept with the log. */
  tokenSecret: () => Promise<Buffer>
  /** Whether an error says that a row with this key exists. */
  isDuplicate: (error: object) => boolean
  close: () => Promise<void>
}
