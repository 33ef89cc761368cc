/**
 * What the client is told when the database fails. The codes are those of PostgreSQL
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html) and of Node.js for connections.
 */
import { RequestError, type ErrorCode } from '../../errors/errors.ts'

const GONE: Failure = ['serviceUnavailable', 'The database does not answer.']

const UNTYPED: Failure = ['notImplemented', 'The service does not compute this on PostgreSQL.']

/** Of texts that are computed, and of rows: see query.ts. */
export const TOO_LONG: Failure = [
  'invalidQueryOption',
  'A value that the query computes is longer than the service can hold.'
]

/** PostgreSQL's texts and JSON cannot have it. Requests with it are refused before; a tenant comes from a token. */
const NUL: Failure = ['invalidValue', 'The service cannot store the character U+0000, and finds no text with it.']

type Failure = [ErrorCode, message: string]

/** By code, or by the class that its first two characters name. */
const FAILURES: Record<string, Failure> = {
  '08': GONE, // connection exception
  '22021': NUL,
  '22P05': NUL,
  '22001': TOO_LONG,
  '22003': ['invalidQueryOption', 'A number that the query computes is larger than the service can hold.'],
  '22011': ['invalidValue', 'The length of a substring must not be negative.'],
  '22012': ['invalidValue', 'The request divides a number by zero.'],
  '2201B': ['notImplemented', 'The regular expression is too complex for PostgreSQL.'],
  '25': ['serviceUnavailable', 'The database is read-only.'],
  '28': ['serviceUnavailable', 'The database refuses the service.'],
  '42501': ['serviceUnavailable', 'The database refuses the service.'], // a right is missing
  '42P01': ['serviceUnavailable', 'The database has no log.'], // a table is missing
  '40': ['serviceUnavailable', 'The database is busy.'], // transaction rollback
  '53': ['serviceUnavailable', 'The database has too few resources for this request.'],
  '53100': ['insufficientStorage', 'There is no space left to store events.'],
  // types that do not go together, in expressions whose types SQLite tells from the values
  '22P02': UNTYPED,
  '42803': UNTYPED,
  '42804': UNTYPED,
  '42846': UNTYPED,
  '42883': UNTYPED,
  '54': ['invalidValue', 'A value is longer, or a query larger, than the database allows.'], // program limit exceeded
  '55': ['serviceUnavailable', 'The database is locked.'], // object not in prerequisite state
  '57014': ['serviceUnavailable', 'The query took too long.'],
  '57': GONE, // operator intervention
  '58': ['serviceUnavailable', 'The database cannot be read or written.'],
  '3D': GONE, // no such database
  XX: ['serviceUnavailable', 'The database is damaged.']
}

const OF_CONNECTIONS = /^(E[A-Z]+|ERR_[A-Z_]+)$/
const LOST =
  /^(Connection terminated|timeout e(xceeded|xpired)|Query read timeout|Client has encountered a connection error|Client was closed)/

/** The failure of the database that an error is about. @returns undefined for anything else, such as a constraint */
export function failureOf(cause: unknown): RequestError | undefined {
  const code = codeOf(cause)
  const isLost = cause instanceof Error && (OF_CONNECTIONS.test(code) || LOST.test(cause.message))
  const failure = isLost ? GONE : (FAILURES[code] ?? FAILURES[code.slice(0, 2)])
  return failure && Object.assign(new RequestError(...failure), { cause })
}

/** Throws an error as the request sees it. */
export function refuse(cause: unknown): never {
  throw failureOf(cause) ?? cause
}

/** Transactions that wait for each other, and one that waited too long. */
const OF_OTHERS = /^(40|55P03)/

/** Whether an error is about a statement, its values or their rows, so that the connection can go on without it. */
export const isOfStatement = (error: unknown): boolean =>
  (failureOf(error)?.status ?? 400) <= 501 || OF_OTHERS.test(codeOf(error))

export const isDuplicate = (error: unknown): boolean => codeOf(error) === '23505'

export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error && 'code' in error ? String(error.code) : ''
