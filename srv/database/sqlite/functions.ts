/** The functions that queries may call: what OData asks for and SQLite does not give. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { RequestError } from '../../errors/errors.ts'
import { FUNCTIONS_OF_STATEMENTS } from './evaluation.ts'
import { SURE_PATTERN, surePattern, TEXT_PATTERN, textPattern } from './text-pattern.ts'
import { matchesPattern } from '../../values/pattern.ts'

/** The function that is called for each row that a query looks at; it ends the query by an error. */
export const WITHIN_TIME = 'within_time'

/** The function that is called for a text that is long; it ends the query by an error. */
export const TOO_LONG = 'too_long'

const TOO_LARGE = 'A number that the query computes is larger than the service can hold.'

/** Ends a query that takes too much time or memory where it runs. */
export class TooExpensive extends Error {}

/** What ends queries where time and memory are short. */
export interface Limits {
  /** Called for each row, and for each text that is given to JavaScript, with its length. */
  withinTime: (length?: number) => void
  /** Called for each text that is long: see cost.ts. */
  tooLong: () => void
}

/**
 * Adds the functions to a connection. SQLite knows the case of ASCII letters only, and CAP gives it regular expressions
 * that can take forever.
 */
export function addFunctions(connection: DatabaseSync, limits?: Limits) {
  const { withinTime, tooLong }: Limits = limits ?? { withinTime: () => {}, tooLong: () => {} }
  const deterministic = { deterministic: true }
  // what JavaScript is given stays in memory until the statement ends, so it is counted
  const count = (value: unknown) => {
    if (typeof value === 'string') withinTime(value.length)
  }
  const inCase = (change: (text: string) => string) => (value: SQLInputValue) => {
    count(value)
    return typeof value === 'string' ? change(value) : value
  }
  connection.function('regexp', deterministic, (pattern, text) =>
    typeof text === 'string' ? Number(matchesPattern(String(pattern), text)) : null
  )
  const toLowerCase = inCase((text) => text.toLowerCase())
  const toUpperCase = inCase((text) => text.toUpperCase())
  connection.function('lower', deterministic, toLowerCase)
  connection.function('upper', deterministic, toUpperCase)
  connection.function(TEXT_PATTERN, deterministic, (term) => textPattern(String(term)))
  connection.function(SURE_PATTERN, deterministic, (term) => surePattern(String(term)))
  for (const [name, implementation] of Object.entries(FUNCTIONS_OF_STATEMENTS)) {
    const counting = (...values: never[]) => {
      values.forEach(count)
      const result = implementation(...values)
      if (typeof result !== 'bigint' || BigInt.asIntN(64, result) === result) return result
      throw new RequestError('invalidQueryOption', TOO_LARGE)
    }
    connection.function(name, { deterministic: true, useBigIntArguments: true, varargs: true }, counting as never)
  }
  // where nothing ends queries it is called once, not for each row
  connection.function(WITHIN_TIME, { deterministic: !limits }, () => (withinTime(), 1))
  connection.function(TOO_LONG, {}, () => (tooLong(), 1))
}
