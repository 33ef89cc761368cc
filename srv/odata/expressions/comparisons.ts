/** Comparisons. What a side means depends on the type of the other one (OData URL Conventions 4.01, 5.1.1.1). */
import { MOST, val } from '../../cqn/cqn.ts'
import type { Typed, Unplaced } from '../../cqn/typed.ts'
import { asMember } from './enumerations.ts'
import { listItems } from './lists.ts'
import { literalAs } from './literals.ts'
import { compared, isMember, joined, negated } from './logic.ts'
import { meantAlike, meantAs, membersCompared } from './members.ts'
import { isPrimitive, type Parser } from './parsing.ts'
import { soughtIn } from './sought.ts'

/** The operators of SQL for those of OData. */
const OPERATORS: Record<string, string> = { eq: '=', ne: '!=', gt: '>', ge: '>=', lt: '<', le: '<=' }

/** Compares two values. @throws {RequestError} 400 for what cannot be compared, 501 for collections, complex values */
export function compare(parser: Parser, left: Typed, name: string, right: Typed, position: number): Unplaced {
  const operator = OPERATORS[name] as string
  for (const each of [left, right])
    if (each.type === 'collection') parser.cursor.unsupported('The service does not compare collections', each.position)
  if (left.type === 'complex' || right.type === 'complex')
    return compareComplex(parser, left, operator, right, position)
  if (left.type === 'any' && right.type === 'any') return membersCompared(left, operator, right)
  const [a, b] = alike(parser, left, right, position)
  if (a.type === 'binary' && b.type === 'binary')
    parser.cursor.fail('Binary values can be compared with null only', position)
  const sought = operator === '=' && [a, b].every(isText) ? (soughtIn(left, b) ?? soughtIn(right, a)) : undefined
  const equal = sought && { ...sought, whole: true }
  const isIndexed = equal && parser.context.types.indexed.has(equal.column as string)
  return { ...compared(a, operator, b), ...(equal && (isIndexed ? { equal } : { texts: [[[equal]]] })) }
}

/** Whether it is a text that is stored as it is shown. */
const isText = ({ type, enumeration }: Typed) => type === 'string' && !enumeration

function compareComplex(parser: Parser, left: Typed, operator: string, right: Typed, position: number): Unplaced {
  const [complex, other] = left.type === 'complex' ? [left, right] : [right, left]
  if (other.type !== 'null' || !['=', '!='].includes(operator))
    parser.cursor.unsupported('A complex value can be compared with null only', position)
  return operator === '=' ? negated(complex) : { cqn: complex.cqn, type: 'boolean' }
}

function alike(parser: Parser, left: Typed, right: Typed, position: number): [Typed, Typed] {
  const [first, second] = meantAlike(left, right)
  const [a, b] = [meantWith(parser, first, second), meantWith(parser, second, first)]
  if (a.type !== b.type && a.type !== 'null' && b.type !== 'null')
    parser.cursor.fail(`A value of type ${left.type} cannot be compared with one of type ${right.type}`, position)
  return [a, b]
}

/** A value as what it means beside another one. */
const meantWith = (parser: Parser, each: Typed, other: Typed) => asMember(parser, literalAs(other.type, each), other)

/**
 * Looks for a value in the list that follows.
 * @throws {RequestError} 400 for an item that the value cannot be compared with, 501 for a value that is not primitive
 */
export function membership(parser: Parser, left: Typed, position: number): Unplaced {
  if (!isPrimitive(left)) parser.cursor.unsupported('Only primitive values can be looked for in a list', left.position)
  const list = listItems(parser, position)
  // each becomes a part of the expression, which would be too large only after the work
  if ((parser.context.lists.items += list.length) > MOST.nodes) parser.cursor.tooLarge(position)
  // what a literal means depends on the item, so no plan may put another one in its place
  if ('val' in left.cqn && list.length) {
    const literal = { ...left, cqn: val(left.cqn.val) }
    const conditions = list.map((item) => ({ ...compare(parser, literal, 'eq', item, position), position }))
    return joined('or', conditions)
  }
  const items = list.map((item) => alike(parser, left, item, position)[1])
  if (left.type !== 'any') return isMember(left, items)
  // a member of an open type may be of any of their types
  const found = [...new Set(items.map(({ type }) => type))].map((type): Typed => {
    const alternatives = items.filter((item) => item.type === type)
    const [first] = alternatives as [Typed]
    const is =
      type === 'null' ? compare(parser, left, 'eq', first, position) : isMember(meantAs(left, type), alternatives)
    return { ...is, position: left.position }
  })
  return found.length ? joined('or', found) : isMember(meantAs(left, 'string'), [])
}
