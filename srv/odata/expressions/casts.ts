/** Types of values: `cast` and `isof` (OData URL Conventions 4.01, 5.1.1.10). */
import type { KnownTypes } from '../model/schema.ts'
import { func, val, xpr, type Cqn, type Typed, type Unplaced, type ValueType } from '../../cqn/cqn.ts'
import type { Cursor } from './cursor.ts'
import { exactly } from './logic.ts'
import { isOfJsonType, isWholeWithin, meantAs } from './members.ts'
import { castTo, PRIMITIVES } from './primitives.ts'
import { DECIMALS, INTEGERS } from '../../values/numbers.ts'

/** Types of the standard of which the service has no values. */
const UNSUPPORTED = /^Edm\.(?:Stream|Untyped|PrimitiveType|ComplexType|EntityType|(?:Geography|Geometry)\w*)$/

/** For a collection, the name is that of its items. */
export interface NamedType {
  name: string
  isCollection: boolean
}

/**
 * Checks the name of a type.
 * @throws {RequestError} 400 if there is no such type, 501 if the standard has it and the service does not
 */
export function checkType({ name }: NamedType, { structured }: KnownTypes, cursor: Cursor, position: number) {
  if (UNSUPPORTED.test(name)) cursor.fail(`The service has no values of type '${name}'`, position, 'notImplemented')
  if (!PRIMITIVES.has(name) && !structured.has(name)) cursor.fail(`There is no type '${name}'`, position)
}

/** Casts a value to a type that was checked. What cannot be cast becomes null. */
export function cast(subject: Typed, { name, isCollection }: NamedType): Unplaced {
  if (subject.structure) {
    const [, is] = subject.structure.find(([type]) => type === name && subject.type !== 'collection') ?? []
    return { cqn: is ?? val(false), type: 'complex', structure: is ? [[name, is]] : [] }
  }
  const type = PRIMITIVES.get(name)
  if (!type || isCollection) return { cqn: val(null), type: 'null' }
  return subject.type === 'any' ? castMember(subject, name, type) : castTo(subject, name, type)
}

/** A member of an open type is cast by the type that it has in JSON. */
function castMember(subject: Typed, name: string, type: ValueType): Unplaced {
  const from = subject.member ? (['string', 'number', 'boolean'] as const) : []
  const values = from.map((each) => castTo(meantAs(subject, each), name, type).cqn)
  return { cqn: func('coalesce', ...values, val(null)), type, whole: INTEGERS.has(name) }
}

/** Tests whether a value is of a type that was checked. Null is of no type. */
export function isOf(subject: Typed, { name, isCollection }: NamedType): Cqn {
  const { type, whole = false, structure, member } = subject
  if (isCollection !== (type === 'collection')) return val(false)
  if (structure) return structure.find(([each]) => each === name)?.[1] ?? val(false)
  if (member) return isOfMember(member, name)
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
