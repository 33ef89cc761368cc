/**
 * The log as sealing, retention and verification use it. Every database engine implements this. All reads are bounded:
 * they return a few rows, or hand on one row after another, so that memory does not grow with the log.
 */
import type * as entities from '#cds-models/provisioning/log'
import type { Model } from '../cqn/csn.ts'

/** A stored value. Integers are `bigint`, as JavaScript's numbers cannot hold all of them. */
export type StoredValue = null | number | bigint | string | Uint8Array

export type StoredRow = Record<string, StoredValue>

/** A row, and the name of a column whose text is not valid UTF-8, if there is one. */
export interface Inspected<Row> {
  row: Row
  brokenColumn: string | undefined
}

/** An event's place in the order of arrival. */
export interface Arrival {
  sequence: number
  /** The id of the event. */
  id: string
  /** The event itself, or undefined if it is gone. */
  event: Inspected<StoredRow> | undefined
}

/** A seal: see db/seals.cds. */
export type Seal = Required<entities.Seal>

/** A record of what retention removed: see db/purges.cds. */
export type PurgeRecord = Required<entities.Purge>

/** A range of arrivals, both ends included, whose events happened before an instant and were removed. */
export interface PurgedRange {
  from: number
  to: number
  before: string
}

/** A difference between the schema of the database and the one the service creates. */
export interface SchemaDifference {
  /** For example `table` or `trigger`. */
  type: string
  name: string
  difference: 'added' | 'missing' | 'altered'
}

/** A tenant whose number of events is not the one that readers are told. */
export interface Miscount {
  tenant: string
  events: number | bigint
  counted: number | bigint
}

/** What sealing needs. */
export interface SealStore {
  /** Works while no other process does. Without it, what several processes do at once may be in vain, but not wrong. */
  alone: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** The last sealed arrival, or 0 if there is none. */
  lastSealed: () => Promise<number>
  /** Reads arrivals after a sequence number in order, without those whose event is gone, in a snapshot or {@link alone}. */
  eventsAfter: (sequence: number, limit: number) => AsyncIterable<Arrival>
  /** The last seal of each of these tenants. */
  lastSeals: (tenants: string[]) => Promise<Pick<Seal, 'tenant' | 'number' | 'hash'>[]>
  /** @returns false, with nothing added, if others have sealed since {@link lastSealed} was read */
  addSeals: (lastSealed: number, seals: Seal[]) => Promise<boolean>
}

/** A period whose events an engine stores apart from others, so that it can drop all of them at once. */
export interface Period {
  name: string
  /** From the instant on at which it starts, and before that at which it ends. */
  start: string
  end: string
}

/** What the next record of a removal follows from. */
export type LastPurge = Pick<PurgeRecord, 'number' | 'hash'>
export type RecordOf = (sequences: number[], before: string, previous: LastPurge | undefined) => PurgeRecord

/** What retention needs. */
export interface PurgeStore {
  /** When the newest sealed event up to an instant happened, in UTC without `Z`, and when the last seal was made. */
  newestSealed: (until: string) => Promise<{ instant: string; sealedAt: string } | undefined>
  hasEventsBefore: (instant: string) => Promise<boolean>
  /** Reads sealed events after an arrival in order, except the very last arrival; fewer at once if they are large. */
  sealedAfter: (sequence: number, limit: number) => Promise<{ sequence: number; instant: string }[]>
  lastPurge: () => Promise<LastPurge | undefined>
  /**
   * Removes events with their arrivals and adds the record, in one transaction.
   * @param sequences the arrivals, read after {@link lastPurge} returned the previous record
   * @returns false, with nothing removed, if others have removed events since
   */
  removeEvents: (record: PurgeRecord, sequences: number[]) => Promise<boolean>
  /** The oldest period that is stored apart, if the engine does so. */
  oldestPeriod?: () => Promise<Period | undefined>
  /**
   * Removes all events of a period with their arrivals and adds the records, in one transaction.
   * @param recordOf makes the record of some arrivals, which are few enough for one, and the limit
   * @returns how many were removed; undefined, with nothing removed, if not all of them can be, or older ones are there
   */
  removePeriod?: (period: Period, recordOf: RecordOf) => Promise<number | undefined>
}

/** What verification needs. */
export interface History {
  /** Runs reads that all see the log as of one moment, while others go on writing. */
  snapshot: <Result>(read: () => Promise<Result>) => Promise<Result>
  /** Checks the storage, including that indexes have all rows. Returns what is wrong, in the engine's words. */
  damages: () => AsyncIterable<string>
  /**
   * Compares the schema with the one the service creates from the CDS model.
   * @throws {Error} if there is no log, or it belongs to another version of the service
   */
  schemaDifferences: (model: Model) => Promise<SchemaDifference[]>
  /** The name of the table whose rows allow removals, if it has any. Only a purge in its transaction adds one. */
  openPurge: () => Promise<string | undefined>
  /** Counts the events of each tenant without an index, and compares with the stored counts. */
  miscounts: () => AsyncIterable<Miscount>
  /** Finds tenants whose tallies are not those of their events: see db/tallies.cds. */
  mistallied: (model: Model) => AsyncIterable<Pick<Miscount, 'tenant'>>
  /** Reads all seals, by tenant and number. */
  seals: () => AsyncIterable<Inspected<Seal>>
  /** Reads what seals cover, by first arrival. */
  sealsByArrival: () => AsyncIterable<Pick<Seal, 'tenant' | 'number' | 'firstSequence' | 'leaves'>>
  /** Reads all records of removals, by number. */
  purges: () => AsyncIterable<Inspected<PurgeRecord>>
  /** Reads the ranges of all these records, by first arrival. */
  purgedRanges: () => AsyncIterable<PurgedRange>
  /** Reads all arrivals in order. */
  arrivals: () => AsyncIterable<Arrival>
  /** Finds events that have no arrival. */
  lostEvents: () => AsyncIterable<{ id: string; tenant: string }>
  /** Finds events that have several arrivals, each with the last one. */
  repeatedArrivals: () => AsyncIterable<{ id: string; tenant: string; sequence: number }>
}

/** The log as the copy of another one. What is copied stays, so a copy that was interrupted can go on. */
export interface Copy extends AsyncDisposable {
  /** The last arrival that was copied, or 0 if there is none. */
  lastArrival: () => Promise<number>
  /** Whether one of these arrivals is there. */
  hasAny: (sequences: number[]) => Promise<boolean>
  /**
   * Adds arrivals with their events, all or none.
   * @param after the last arrival so far
   * @throws {Error} if others add to the copy, or if an event cannot be stored
   */
  addArrivals: (after: number, arrivals: Arrival[]) => Promise<void>
  /** Adds the seals that are not there. */
  addSeals: (seals: Seal[]) => Promise<void>
  /** Adds the records of removals that are not there. */
  addPurges: (purges: PurgeRecord[]) => Promise<void>
  /** Takes the secret of the tokens of links, so that links of the other log go on. */
  useSecret: (secret: string) => Promise<void>
}

/** What commands say. */
export interface LogOptions {
  readOnly?: boolean
  /** Whether commits also make checkpoints, as the service that usually does so may not be running. */
  isAlone?: boolean
}

/** The log, on its own connection, for one caller at a time. */
export interface Log extends SealStore, PurgeStore, History {
  /**
   * Writes a consistent copy, which is whole or not there at all. Other processes may be writing to the log.
   * @param target the file of the copy, which must not exist
   * @returns the size of the copy in bytes
   * @throws {Error} if the target exists, or if the copy is damaged
   */
  copyTo: (target: string) => Promise<number>
  /** The last arrival, or 0 if there is none. */
  lastArrival: () => Promise<number>
  /** The secret of the tokens of links, in base64url, if there is one. */
  tokenSecret: () => Promise<string | undefined>
  /**
   * Prepares this log, opened by the owner of its tables, to become a copy of another one.
   * @throws {Error} if it does not have the schema of this version of the service, or if the engine takes no copies
   */
  openCopy: () => Promise<Copy>
  close: () => Promise<void>
}

export type OpenLog = (location: string, options?: LogOptions) => Log | Promise<Log>
