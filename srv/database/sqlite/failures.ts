/**
 * What the client is told when the database fails. The result codes are those of SQLite
 * (https://sqlite.org/rescode.html); the upper bits of an extended code say more, and are for the log.
 */
import workerpool from 'workerpool'
import { RequestError, type ErrorCode } from '../../errors/errors.ts'

type Failure = [ErrorCode, message: string]

const UNREADABLE = 'The database cannot be read or written.'
const LOCKED = 'The database is locked.'
const MOVED = 'The file of the database, or its log, was removed, renamed or replaced while the service ran.'
const DAMAGED = 'The database is damaged.'

const ENDED: Failure = ['serviceUnavailable', 'The thread that stores events was ended, and starts anew.']

const FAILURES: Record<number, Failure> = {
  3: ['serviceUnavailable', UNREADABLE], // SQLITE_PERM
  5: ['serviceUnavailable', LOCKED], // SQLITE_BUSY
  6: ['serviceUnavailable', LOCKED], // SQLITE_LOCKED
  7: ['serviceUnavailable', 'The service has too little memory for this request.'], // SQLITE_NOMEM
  8: ['serviceUnavailable', 'The database is read-only.'], // SQLITE_READONLY
  10: ['serviceUnavailable', UNREADABLE], // SQLITE_IOERR
  11: ['serviceUnavailable', DAMAGED], // SQLITE_CORRUPT
  13: ['insufficientStorage', 'There is no space left to store events.'], // SQLITE_FULL
  14: ['serviceUnavailable', 'The database cannot be opened.'], // SQLITE_CANTOPEN
  18: ['invalidQueryOption', 'A value that the query computes is longer than the service can hold.'], // SQLITE_TOOBIG
  26: ['serviceUnavailable', DAMAGED], // SQLITE_NOTADB
  1032: ['serviceUnavailable', MOVED] // SQLITE_READONLY_DBMOVED
}

const hasCode = (error: unknown, ...codes: number[]) => codes.includes(resultCode(error) & 0xff)

/** Whether an error is that of a lock which another connection holds: SQLITE_BUSY. */
export const isLocked = (error: unknown) => hasCode(error, 5)

/** Whether an error is that of a file that cannot be written: SQLITE_READONLY. */
export const isReadOnly = (error: unknown) => hasCode(error, 8)

/** Whether an error is that of a damaged file: SQLITE_CORRUPT, SQLITE_NOTADB. */
export const isDamaged = (error: unknown) => hasCode(error, 11, 26)

// SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE, and SQLITE_CONSTRAINT_TRIGGER: see schema.ts
const DUPLICATES = [1555, 2067, 1811]

export const isDuplicate = (error: unknown) => DUPLICATES.includes(resultCode(error))

/** The failure of the database that an error is about. @returns undefined for anything else, such as a constraint */
export function failureOf(cause: unknown): RequestError | undefined {
  const isEnded = cause instanceof workerpool.TerminateError
  const failure = isEnded ? ENDED : (FAILURES[resultCode(cause)] ?? FAILURES[resultCode(cause) & 0xff])
  return failure && Object.assign(new RequestError(...failure), { cause })
}

/** Throws an error as the request sees it. */
export function refuse(cause: unknown): never {
  throw failureOf(cause) ?? cause
}

/** The extended result code of SQLite; 0 for any other error. */
export function resultCode(error: unknown): number {
  return typeof error === 'object' && error && 'errcode' in error ? Number(error.errcode) : 0
}
