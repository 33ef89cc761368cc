/** Transactions on a connection beside that of CAP. */
import { setTimeout } from 'node:timers/promises'
import type { LogConnection } from './tables.ts'

/** How long a lock is waited for, and how often it is tried, in milliseconds. */
const PATIENCE = 10_000
const RETRY = 3

/**
 * Runs work in a transaction that may write. The work is synchronous, so within this process nothing comes between;
 * a lock that another connection holds is waited for without blocking the process.
 * @throws the error of the work, after a rollback; or SQLITE_BUSY if the lock was not given up in time
 */
export async function transaction<Result>(database: LogConnection, work: () => Result): Promise<Result> {
  const deadline = performance.now() + PATIENCE
  while (!begin(database, deadline)) await setTimeout(RETRY)
  try {
    const result = work()
    database.commit()
    return result
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

function begin(database: LogConnection, deadline: number) {
  try {
    database.exec('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (!isBusy(error) || performance.now() > deadline) throw error
    return false
  }
}

function isBusy(error: unknown) {
  const SQLITE_BUSY = 5 // in the low byte, the cause being in the others (https://sqlite.org/rescode.html)
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY
}
