/** Types of values: `cast` and `isof` (OData URL Conventions 4.01, 5.1.1.10). */
import { func, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed, Unplaced, ValueType } from '../../cqn/typed.ts'
import { isSymbol } from './tokens.ts'
import { exactly } from './logic.ts'
import { isOfJsonType, isWholeWithin, meantAs } from './members.ts'
import type { Parser } from './parsing.ts'
import { castTo } from './conversions.ts'
import { DECIMALS, INTEGERS, PRIMITIVES } from '../../cqn/primitives.ts'

/** Types of the standard of which the service has no values. */
const UNSUPPORTED = /^Edm\.(?:Stream|Untyped|PrimitiveType|ComplexType|EntityType|(?:Geography|Geometry)\w*)$/

/** For a collection, the name is that of its items. */
interface NamedType {
  name: string
  isCollection: boolean
}

/** Parses the arguments of `isof(statusInfo,microsoft.graph.statusDetails)` or `cast(jobId,Edm.String)`. */
export function typeFunction(parser: Parser, name: 'isof' | 'cast', position: number): Typed {
  const { cursor, context } = parser
  cursor.expect('(')
  const subject = isSymbol(cursor.next, ')') ? undefined : parser.value()
  if (subject) cursor.expect(',')
  const at = cursor.token.position
  const type = namedType(parser)
  cursor.expect(')')
  if (UNSUPPORTED.test(type.name)) cursor.unsupported(`The service has no values of type '${type.name}'`, at)
  const { structured, enumerations } = context.types
  if (name === 'cast' && enumerations.has(type.name))
    cursor.unsupported(`The service does not cast to '${type.name}'`, at)
  if (name === 'cast' && subject?.enumeration && INTEGERS.has(type.name))
    cursor.unsupported('The service does not cast members of enumerations to their numbers', at)
  if (![PRIMITIVES, structured, enumerations].some((known) => known.has(type.name)))
    cursor.fail(`There is no type '${type.name}'`, at)
  const value = subject ?? instance(parser, position)
  if (name === 'isof') return { cqn: isOf(value, type), type: 'boolean', position }
  return { ...cast(value, type), ...(isShownAs(type) && { shownAs: type.name }), position }
}

function namedType({ cursor }: Parser): NamedType {
  const { kind, text: name } = cursor.token
  if (kind !== 'name' && kind !== 'string') cursor.fail('The name of a type is expected')
  cursor.take()
  if (name !== 'Collection' || !cursor.accept('(')) return { name, isCollection: false }
  const item = cursor.name('The name of a type')
  cursor.expect(')')
  return { name: item, isCollection: true }
}

/** The current instance (5.1.1.10). */
function instance({ root, context }: Parser, position: number): Typed {
  const there = xpr(val(1), '=', val(1))
  const names = context.types.structured.get(root.type.name) ?? []
  return { cqn: there, type: 'complex', structure: names.map((name) => [name, there]), position }
}

/** Decimals are shown as doubles, which they are computed as: their digits would be others (OData JSON 4.01, 3.2). */
const isShownAs = ({ name, isCollection }: NamedType) => name !== 'Edm.Decimal' && !isCollection

/** What cannot be cast becomes null. */
function cast(subject: Typed, { name, isCollection }: NamedType): Unplaced {
  if (subject.structure) {
    const [, is] = subject.structure.find(([type]) => type === name && subject.type !== 'collection') ?? []
    return { cqn: is ?? val(false), type: 'complex', structure: is ? [[name, is]] : [] }
  }
  const type = PRIMITIVES.get(name)
  if (!type || isCollection || subject.type === 'null') return { cqn: val(null), type: 'null' }
  return subject.type === 'any' ? castMember(subject, name, type) : castTo(subject, name, type)
}

/** A member of an open type is cast by the type that it has in JSON. */
function castMember(subject: Typed, name: string, type: ValueType): Unplaced {
  const from = subject.member ? (['string', 'number', 'boolean'] as const) : []
  const values = from.map((each) => castTo(meantAs(subject, each), name, type))
  const cqn = func('coalesce', ...values.map((value) => value.cqn), val(null))
  const mayBeNaN = values.some((value) => value.mayBeNaN)
  return { cqn, type, whole: INTEGERS.has(name), isLarge: name === 'Edm.Int64', mayBeNaN }
}

/** Null is of no type. */
function isOf(subject: Typed, { name, isCollection }: NamedType): Cqn {
  const { type, whole = false, structure, member, shownAs } = subject
  if (isCollection !== (type === 'collection')) return val(false)
  if (structure) return structure.find(([each]) => each === name)?.[1] ?? val(false)
  if (member) return isOfMember(member, name)
  if (name === shownAs) return xpr(exactly(subject), '!=', val(null))
  if (shownAs && !PRIMITIVES.has(shownAs)) return val(false) // a member of another enumeration
  const names = [...PRIMITIVES].filter(([, each]) => each === type).map(([each]) => each)
  if (!names.includes(name) || name === 'Edm.Guid') return val(false)
  if (type === 'number' && whole !== ['Edm.Int32', 'Edm.Int64'].includes(name)) return val(false)
  return xpr(exactly(subject), '!=', val(null))
}

function isOfMember(member: NonNullable<Typed['member']>, name: string): Cqn {
  const [least, most] = INTEGERS.get(name) ?? []
  if (least !== undefined && most !== undefined) return isWholeWithin(member, Number(least), Number(most))
  if (DECIMALS.includes(name)) return isOfJsonType(member, ['integer', 'real'])
  if (name === 'Edm.Boolean') return isOfJsonType(member, ['true', 'false'])
  return name === 'Edm.String' ? isOfJsonType(member, ['text']) : val(false)
}
