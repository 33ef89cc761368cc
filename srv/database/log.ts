/**
 * The log as seals, retention and verification need it. Every database engine implements this. All reads are bounded:
 * they return a few rows, or batches of rows whose size does not grow with the log.
 */
import type { StoredModel } from './json-columns.ts'

/** A value as it is stored. Integers are `bigint`, as JavaScript's numbers cannot hold all of them. */
export type StoredValue = null | number | bigint | string | Uint8Array

/** A row as it is stored, with all its columns. */
export type StoredRow = Record<string, StoredValue>

/** A row, and the name of a column whose text is not valid UTF-8, if there is one. */
export interface Inspected<Row> {
  row: Row
  brokenColumn: string | undefined
}

/** The place of an event in the order of arrival. */
export interface Arrival {
  sequence: number
  /** The id of the event. */
  id: string
  /** The event itself, or undefined if it is gone. */
  event: Inspected<StoredRow> | undefined
}

/** A seal: see db/seals.cds. */
export type Seal = {
  tenant: string
  number: number
  firstSequence: number
  lastSequence: number
  count: number
  leaves: string
  previous: string | null
  sealedAt: string
  hash: string
}

/** A record of what retention removed: see db/purges.cds. */
export type PurgeRecord = {
  number: number
  before: string
  count: number
  sequences: string
  purgedBy: string
  purgedAt: string
  previous: string | null
  hash: string
}

/** A range of arrivals that were removed because their events happened before an instant. Both ends are included. */
export interface PurgedRange {
  from: number
  to: number
  before: string
}

/** What differs between the schema of the database and the one that the service makes. */
export interface SchemaDifference {
  /** For example `table` or `trigger`. */
  type: string
  name: string
  difference: 'added' | 'missing' | 'altered'
}

/** A tenant whose events are not as many as readers are told. */
export interface Miscount {
  tenant: string
  events: bigint
  counted: bigint
}

/** What sealing needs. */
export interface SealStore {
  /** The last arrival, or 0 if there is none. */
  lastArrival: () => Promise<number>
  /** The last arrival that a seal covers, or 0 if there is none. */
  lastSealed: () => Promise<number>
  /** Reads the arrivals after one, in their order. Those whose event is gone are left out. */
  eventsAfter: (sequence: number, limit: number) => AsyncIterable<Arrival[]>
  /** The last seal of each of these tenants that has one. */
  lastSeals: (tenants: string[]) => Promise<Pick<Seal, 'tenant' | 'number' | 'hash'>[]>
  /**
   * Adds seals, all or none.
   * @param lastSealed what {@link lastSealed} returned before the seals were made
   * @returns false if others have sealed since; then nothing is added
   */
  addSeals: (lastSealed: number, seals: Seal[]) => Promise<boolean>
}

/** What retention needs. */
export interface PurgeStore {
  /** When the newest sealed event happened, in UTC without `Z`, and when the last seal was made; undefined without any. */
  newestSealed: () => Promise<{ instant: string; sealedAt: string } | undefined>
  /** Whether any event happened before an instant. */
  hasEventsBefore: (instant: string) => Promise<boolean>
  /** Reads the sealed events that came in after an arrival, in their order, but for what came in last of all. */
  sealedAfter: (sequence: number, limit: number) => Promise<{ sequence: number; instant: string }[]>
  /** The last record of what was removed. */
  lastPurge: () => Promise<Pick<PurgeRecord, 'number' | 'hash'> | undefined>
  /**
   * Removes events with their arrivals and adds the record of it, all or nothing.
   * @param sequences their arrivals, read after {@link lastPurge} returned the record before this one
   * @returns false if others have removed events since; then nothing is removed
   */
  removeEvents: (record: PurgeRecord, sequences: number[]) => Promise<boolean>
}

/** What verification needs. */
export interface History {
  /** Runs reads so that all of them see the log as it is at one moment, while others go on writing. */
  snapshot: <Result>(read: () => Promise<Result>) => Promise<Result>
  /** Checks how the database is stored, including that indexes have all rows. Returns what is wrong, in its own words. */
  damages: () => AsyncIterable<string[]>
  /**
   * Compares the schema of the database with the one that the service makes.
   * @param model the CDS model
   * @throws {Error} if there is no log, or it is one of another version of the service
   */
  schemaDifferences: (model: StoredModel) => Promise<SchemaDifference[]>
  /** The name of the table whose rows let events be removed, if it has any: only a purge that is under way has one. */
  openPurge: () => Promise<string | undefined>
  /** Counts the events of each tenant, without an index, and compares that with the numbers that are kept. */
  miscounts: () => AsyncIterable<Miscount[]>
  /** Reads all seals, by tenant and number. */
  seals: () => AsyncIterable<Inspected<Seal>[]>
  /** Reads what all seals cover, by their first arrival. */
  sealsByArrival: () => AsyncIterable<Pick<Seal, 'tenant' | 'number' | 'firstSequence' | 'leaves'>[]>
  /** Reads all records of what was removed, by number. */
  purges: () => AsyncIterable<Inspected<PurgeRecord>[]>
  /** Reads the ranges of all these records, by their first arrival. */
  purgedRanges: () => AsyncIterable<PurgedRange[]>
  /** Reads all arrivals, in their order. */
  arrivals: () => AsyncIterable<Arrival[]>
  /** Finds events that have no arrival. */
  lostEvents: () => AsyncIterable<{ id: string; tenant: string }[]>
  /** Finds events that have several arrivals, each with the last one. */
  repeatedArrivals: () => AsyncIterable<{ id: string; tenant: string; sequence: number }[]>
}

export interface LogOptions {
  readOnly?: boolean
  /** Whether the connection also does the upkeep that the service does otherwise, as that may not be running. */
  isAlone?: boolean
}

/** The log, on a connection of its own: one caller at a time. */
export interface Log extends SealStore, PurgeStore, History {
  /**
   * Looks for what would leave out or alter events before they are stored. To be called before a schema migration.
   * @throws {Error} if there are triggers that are not those of the service, or a view in the place of a table
   */
  expectUntouched: () => Promise<void>
  /** Has the database itself refuse to change or remove what is in the log. To be called after a schema migration. */
  protect: () => Promise<void>
  close: () => Promise<void>
}
