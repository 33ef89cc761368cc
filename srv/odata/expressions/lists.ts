/** The right side of `in` (OData URL Conventions 4.01, 5.1.1.1.12 and 5.1.1.14.2). */
import type { Typed } from '../../cqn/typed.ts'
import { listsOf } from './aliases.ts'
import { Cursor } from './cursor.ts'
import { isSymbol } from './tokens.ts'
import type { Parser } from './parsing.ts'

/**
 * Parses the items of a list: `('a','b')`, `["a","b"]`, or an alias that stands for either.
 * @param at where `in` stands, for errors
 */
export function listItems(parser: Parser, at: number): Typed[] {
  const { cursor } = parser
  if (cursor.token.kind === 'alias') return itemsOfAlias(parser, at)
  if (cursor.token.kind === 'name') cursor.unsupported('The service looks for values in lists only')
  if (!cursor.accept('[')) return parser.arguments()
  const items = isSymbol(cursor.token, ']') ? [] : cursor.list(() => jsonItem(parser))
  cursor.expect(']')
  return items
}

/** Parsed once, like other aliases: a request can name a long list hundreds of times. */
function itemsOfAlias(parser: Parser, at: number): Typed[] {
  const { cursor, context, root } = parser
  const { text: name } = cursor.take()
  const known = listsOf(context.aliases)(root)
  const found = known.get(name)
  if (found) return found
  const list = context.aliases.get(name)
  if (list === undefined) return cursor.fail(`The alias '${name}' has no value`, at)
  const within = new Cursor(list, name, cursor)
  if (within.token.kind === 'alias') within.fail('An alias for a list cannot be another alias')
  const items = listItems(parser.ofAlias(within, name), 0)
  within.end()
  known.set(name, items)
  return items
}

/** JSON strings have double quotes; everything else is written as in any expression. */
const jsonItem = (parser: Parser): Typed => (parser.cursor.token.kind === 'phrase' ? parser.literal() : parser.value())
