/** Connections to the database file: the one place that opens them, and transactions that write. */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { isLocked, isReadOnly } from './failures.ts'
import { expectInPlace, openFiles, urlOf, type OpenFiles } from './files.ts'

/** How long to wait for a lock, and how often to try, in milliseconds. */
const PATIENCE = 10_000
const RETRY = 3

/** Why a file in WAL mode cannot be read where nobody has it open (https://sqlite.org/wal.html#readonly). */
const NEEDS_FILES =
  'while no service runs, SQLite reads it only for users who may write to it and its folder. A backup can be read by any.'

export class LogConnection extends DatabaseSync {
  files: OpenFiles = {}

  /**
   * Commits the transaction. What is written into a file that is no longer in its place is lost, so the files are
   * checked before the commit and after it.
   * @throws {Error} if a file is not in its place
   */
  commit() {
    expectInPlace(this.files)
    this.exec('COMMIT')
    expectInPlace(this.files)
  }
}

interface OpenOptions {
  readOnly?: boolean
  creates?: boolean
  /** The files that must be in place, if others have them open. */
  files?: OpenFiles
  /**
   * How long a statement may block its thread while another connection holds the lock, in milliseconds. By default it
   * does not wait: that would block the whole process, the holder of the lock included. See {@link beginImmediate}.
   */
  timeout?: number
}

/**
 * Opens a connection to the log.
 * @param file the database file, absolute
 * @throws {Error} if a file is not in its place, or what SQLite says, and of which file
 */
export function openConnection(file: string, { readOnly, creates, files, timeout = 0 }: OpenOptions = {}) {
  if (files) expectInPlace(files)
  const mode = readOnly ? 'ro' : creates ? 'rwc' : 'rw' // only `c` creates a file
  let database: LogConnection | undefined
  try {
    database = new LogConnection(urlOf(file, mode), { readOnly: readOnly === true, timeout })
    if (creates) database.exec('PRAGMA journal_mode = WAL')
    // In WAL mode only FULL has a commit wait until it is on disk (https://sqlite.org/pragma.html#pragma_synchronous).
    // Checkpoints are made elsewhere: see checkpoints.ts.
    if (!readOnly) database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
    database.exec('SELECT count(*) FROM sqlite_schema') // SQLite opens the log on the first read only
    if (files) expectInPlace(files)
    database.files = files ?? openFiles(file)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof Error && 'errstr' in error) {
      const reason = readOnly && isReadOnly(error) ? NEEDS_FILES : error.message
      error.message = `${file}: ${reason}` // SQLite does not say which
    }
    throw error
  }
}

/**
 * Takes the write lock at once, so that a transaction never fails half way for lack of it. Waiting for the lock does
 * not block the thread.
 * @param patience how long, in milliseconds
 * @param signal ends the waiting
 * @throws SQLITE_BUSY if the lock was not given up in time, or the reason of the signal
 */
export async function beginImmediate(
  database: Pick<LogConnection, 'exec'>,
  patience = PATIENCE,
  signal?: AbortSignal
): Promise<void> {
  const deadline = performance.now() + patience
  for (;;) {
    signal?.throwIfAborted()
    try {
      return database.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error
      await setTimeout(RETRY)
    }
  }
}

/**
 * Runs work in a transaction that may write. The work is synchronous, so nothing in this process can interfere.
 * @throws the error of the work, after a rollback; or SQLITE_BUSY if the lock was not given up in time
 */
export async function transaction<Result>(database: LogConnection, work: () => Result): Promise<Result> {
  await beginImmediate(database)
  try {
    const result = work()
    database.commit()
    return result
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}
