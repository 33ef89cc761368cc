/** Parameter aliases in expressions (OData URL Conventions 4.01, 5.3). */
import { val } from '../../cqn/cqn.ts'
import type { Typed } from '../../cqn/typed.ts'
import { remembered } from '../../values/remembered.ts'
import { Cursor } from './cursor.ts'
import type { Parser, Scope } from './parsing.ts'
import { isSymbol } from './tokens.ts'

/** What is parsed of a request's aliases, by where names are looked up in them. */
const parsedOf = <Value>() =>
  remembered((_aliases: Map<string, string>) => remembered((_root: Scope) => new Map<string, Value>()))

/** Their values; undefined while being parsed. */
const valuesOf = parsedOf<Typed | undefined>()

/** The items of those that are lists. */
export const listsOf = parsedOf<Typed[]>()

/**
 * Parses an alias, which stands for its expression; one without a value is null. The expression is parsed once wherever
 * names mean the same, however often it is used: otherwise aliases that use each other twice would double the work at
 * each level.
 * @throws {RequestError} 400 if the value is no expression, or refers to itself, 501 for a path from an alias
 */
export function aliased({ cursor, context, root, ofAlias }: Parser): Typed {
  const { text: name, position } = cursor.token
  if (isSymbol(cursor.next, '/')) cursor.unsupported('The service does not implement paths from an alias', position)
  const expression = context.aliases.get(name)
  const values = valuesOf(context.aliases)(root)
  if (expression === undefined) values.set(name, { cqn: val(null), type: 'null', position })
  else if (!values.has(name)) {
    values.set(name, undefined)
    const inner = new Cursor(expression, name, cursor)
    values.set(name, ofAlias(inner, name).value())
    inner.end()
  }
  const value = values.get(name) ?? cursor.fail(`The alias '${name}' refers to itself`, position)
  cursor.take()
  return { ...value, position }
}
