/** Parameter aliases in expressions (OData URL Conventions 4.01, 5.3). */
import type { StructuredType } from '../model/types.ts'
import type { Typed } from '../../cqn/typed.ts'
import { remembered } from '../../values/remembered.ts'
import { Cursor } from './cursor.ts'

/** The parsed values of a request's aliases, by the type they are parsed against; undefined while being parsed. */
const valuesOf = remembered((_aliases: Map<string, string>) =>
  remembered((_type: StructuredType) => new Map<string, Typed | undefined>())
)

/**
 * Finds the value of an alias. It is parsed once for each type, however often it is used: otherwise aliases that use
 * each other twice would double the work at each level.
 * @returns undefined if the request does not have the alias
 * @throws {RequestError} 400 if the value is no expression, or refers to itself
 */
export function aliasValue(
  name: string,
  { aliases, type }: { aliases: Map<string, string>; type: StructuredType },
  outer: Cursor,
  parse: (cursor: Cursor) => Typed
): Typed | undefined {
  const expression = aliases.get(name)
  if (expression === undefined) return undefined
  const values = valuesOf(aliases)(type)
  if (!values.has(name)) {
    values.set(name, undefined)
    values.set(name, parse(new Cursor(expression, name, outer)))
  }
  return values.get(name) ?? outer.fail(`The alias '${name}' refers to itself`)
}
