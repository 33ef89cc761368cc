/** The tables of the log, by the names that CAP gives them, and how their rows belong together. */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { expectInPlace, openFiles, type OpenFiles } from './files.ts'

export const EVENTS = 'microsoft_graph_provisioningObjectSummary'
export const ARRIVALS = 'provisioning_log_Arrivals'
export const SEALS = 'provisioning_log_Seals'
export const PURGES = 'provisioning_log_Purges'
export const UNDER_WAY = 'provisioning_log_PurgesUnderWay'

/** A connection that knows which files it has open. */
export class LogConnection extends DatabaseSync {
  files: OpenFiles = {}

  /**
   * Commits the transaction. What is written into a file that is not in its place any more is lost, so that is looked
   * at before, and again when the disk has all.
   * @throws {Error} if a file is not in its place
   */
  commit() {
    expectInPlace(this.files)
    this.exec('COMMIT')
    expectInPlace(this.files)
  }
}

/**
 * Opens a connection of its own to the log, whose file must be there. It never waits for a lock, as that would block the
 * whole process, the holder of the lock included: see transaction.ts.
 * @param files those that have to be in place, where others have them open
 * @throws {Error} if they are not, or what SQLite says
 */
export function openLog(file: string, { readOnly = false, files }: { readOnly?: boolean; files?: OpenFiles } = {}) {
  if (files) expectInPlace(files)
  const mode = readOnly ? 'ro' : 'rw' // neither creates a file
  const database = new LogConnection(new URL(`?mode=${mode}`, pathToFileURL(file)), { readOnly, timeout: 0 })
  // In WAL mode only FULL has a commit wait until it is on disk (https://sqlite.org/pragma.html#pragma_synchronous).
  // Checkpoints are made beside: see database/sqlite/checkpoints.ts.
  if (!readOnly) database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
  database.exec('SELECT count(*) FROM sqlite_schema') // the log is opened by reading only
  database.files = files ?? openFiles(file)
  return database
}

/** The columns of the key of an event, each with that of an arrival which has the same: the id is its `event`. */
export function keysOf(database: DatabaseSync): [inEvent: string, inArrival: string][] {
  const keys = database.prepare(`SELECT name FROM pragma_table_info('${EVENTS}') WHERE pk > 0`).all()
  return keys.map(({ name }) => [String(name), name === 'id' ? 'event' : String(name)])
}

/** The condition under which an arrival `a` is that of an event `e`: it has its key. */
export function sameEvent(database: DatabaseSync) {
  return keysOf(database)
    .map(([inEvent, inArrival]) => `e."${inEvent}" = a."${inArrival}"`)
    .join(' AND ')
}
