/** The functions that queries may call: what OData asks for and SQLite does not give. */
import type { Connection } from '@cap-js/sqlite'
import { FUNCTIONS_OF_STATEMENTS } from '../wire/expressions/evaluation.ts'
import { matchesPattern } from '../wire/expressions/pattern.ts'

/** The function that is called for each row that a query looks at; it ends the query by an error. */
export const WITHIN_TIME = 'within_time'

/** Adds the functions to a connection. SQLite knows the case of ASCII letters only, and CAP gives it regular expressions that can take forever. */
export function withFunctions(connection: Connection, withinTime: () => number = () => 1) {
  const deterministic = { deterministic: true }
  connection.function('regexp', deterministic, (pattern, text) =>
    typeof text === 'string' ? Number(matchesPattern(String(pattern), text)) : null
  )
  connection.function('lower', deterministic, (value) => (typeof value === 'string' ? value.toLowerCase() : value))
  connection.function('upper', deterministic, (value) => (typeof value === 'string' ? value.toUpperCase() : value))
  for (const [name, implementation] of Object.entries(FUNCTIONS_OF_STATEMENTS))
    connection.function(name, { deterministic: true, useBigIntArguments: true, varargs: true }, implementation as never)
  connection.function(WITHIN_TIME, {}, withinTime)
  return connection
}
