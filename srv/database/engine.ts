/**
 * What the service asks of the database that keeps the log. Nobody above knows which one it is: `requires.db` in
 * .cdsrc.json names CAP's database service of an engine, and that service has the engine.
 */
import type { RequestError } from '../errors/errors.ts'
import type { Row, Statement } from '../plans/statement.ts'
import type { Reading } from './reading.ts'

/** A table, as far as rows are inserted into it. */
export interface Table {
  name: string
  columns: string[]
}

/** Rows that are stored all or none, each with the table that it goes into. */
export type Entry = [table: Table, row: object][]

/** An entity with the indexes it asks for: lists of elements, those of structures with their paths. */
export interface Indexed {
  elements?: object
  '@indexes'?: { '=': string }[][]
}

/** What the engine is told before requests come in. */
export interface Start {
  /** The entities of the model, by their names. */
  definitions: Record<string, Indexed>
  /** Whether an id may be there only once, whatever the tenant, as no token tells tenants apart. */
  uniqueIds: boolean
  /** Waits for the requests that are under way, once the service is told to stop. */
  drained: () => Promise<void>
}

export interface Engine {
  /**
   * Prepares the tables for requests, after the schema was migrated: creates indexes and counts events.
   * @throws {Error} if ids must be unique and are not
   */
  start: (start: Start) => Promise<void>
  /**
   * Stores an entry, all of its rows or none. Entries that come in together share a commit.
   * @returns a promise that is fulfilled when the entry is on disk
   * @throws {RequestError} if the database fails, and the engine's own error for a row that it refuses
   */
  append: (entry: Entry) => Promise<void>
  /**
   * Runs a query outside of transactions, for as long as its result is wanted.
   * @returns its rows
   * @throws {RequestError} if the database fails, if nobody waits for the result any more, or if it takes too long
   */
  query: (statement: Statement, reading: Reading) => Promise<Row[]>
  /**
   * Finds out whether the database can be read, and nobody keeps it from being written to.
   * @throws the engine's own error if not
   */
  check: () => Promise<void>
  /** How many bytes wait to be moved into the database file. */
  readonly waitingBytes: number
  /** The secret of the tokens in links, 32 bytes: it is made once, and kept with the log. */
  tokenSecret: () => Promise<Buffer>
  /** Finds the failure of the database that an error is about; undefined if it is about something else. */
  failureOf: (error: unknown) => RequestError | undefined
  /** Whether an error says that a row was refused as there is one with its key. */
  isDuplicate: (error: object) => boolean
}
