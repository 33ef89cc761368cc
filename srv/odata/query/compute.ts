/** `$compute` (OData URL Conventions 4.01, 5.1.3.2). */
import type { Computed } from './rows.ts'
import type { Cursor } from '../expressions/cursor.ts'
import { isPrimitive, type Parser } from '../expressions/parsing.ts'

/**
 * Parses a list of computed values: `durationInMilliseconds div 1000 as seconds`.
 * @param names the names that are taken
 * @throws {RequestError} 400 with the position of what is wrong
 */
export function computedValues(parser: Parser, names: string[]): Computed[] {
  const { cursor } = parser
  const taken = [...names]
  return cursor.list(() => {
    const value = parser.value()
    if (!isPrimitive(value)) cursor.fail('A computed value must be primitive', value.position)
    const name = alias(cursor, taken)
    taken.push(name)
    return { name, value }
  })
}

/** Parses the name of a computed value. No column may have it yet; column names are case-insensitive. */
export function alias(cursor: Cursor, taken: string[]): string {
  cursor.expect('as')
  const { position } = cursor.token
  const name = cursor.name('A name')
  if (!/^[A-Za-z]\w{0,127}$/.test(name)) cursor.fail(`'${name}' cannot be the name of a value`, position)
  const lowerCase = name.toLowerCase()
  if (taken.some((each) => each.toLowerCase() === lowerCase)) cursor.fail(`The name '${name}' is taken`, position)
  return name
}
