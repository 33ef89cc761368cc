/** Transactions that write. */
import { setTimeout } from 'node:timers/promises'
import type { LogConnection } from './connection.ts'
import { isLocked } from './failures.ts'

/** How long to wait for a lock, and how often to try, in milliseconds. */
const PATIENCE = 10_000
const RETRY = 3

/**
 * Takes the write lock at once, so that a transaction never fails half way for lack of it. Waiting for the lock does
 * not block the thread.
 * @param patience how long, in milliseconds
 * @throws SQLITE_BUSY if the lock was not given up in time
 */
export async function beginImmediate(database: Pick<LogConnection, 'exec'>, patience = PATIENCE): Promise<void> {
  const deadline = performance.now() + patience
  for (;;) {
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
