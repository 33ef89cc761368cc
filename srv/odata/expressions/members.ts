/**
 * Members of open types. Each value has the type that it has in JSON. Where another type is expected it counts as null:
 * the string `"1"` is no number, and `false` is not absent.
 */
import { allOf, anyOf, func, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Member, Typed, Unplaced, ValueType } from '../../cqn/typed.ts'
import { integer, jsonMember, jsonOfMember, jsonType, jsonValue } from '../../database/dialect.ts'
import { compared, exactly } from './logic.ts'
import { converted } from './conversions.ts'

/** A member of an open type, or a computed value that is one. */
export function memberValue(member: Member): Unplaced {
  return { cqn: jsonMember(member), member, type: 'any' }
}

/** A value where a type is expected: a member of an open type is null there unless it is of that type. */
export function meantAs(typed: Typed, type: ValueType): Typed {
  if (typed.type !== 'any' || type === 'any' || type === 'null') return typed
  const { position, member } = typed
  if (!member) return { ...typed, type }
  const plain = (...types: string[]) => xpr('case when', hasType(member, types), 'then', memberAs(member, type), 'end')
  const isNull = xpr(jsonOfMember(member), '=', val(null))
  const types = JSON_TYPES[type]
  if (types) return { cqn: plain(...types), type, isNull, position }
  return { ...converted({ cqn: plain('text'), type: 'string', position }, type), isNull, position }
}

/** The value of a member that is known to be of a type. */
export const memberAs = (member: Member, type: ValueType) =>
  jsonMember(member, type === 'number' || type === 'boolean' ? type : 'member')

const JSON_TYPES: Partial<Record<ValueType, string[]>> = {
  string: ['text'],
  number: ['integer', 'real'],
  boolean: ['true', 'false']
}

/** Two values as one type, where one of them is a member of an open type. */
export function meantAlike(left: Typed, right: Typed): [Typed, Typed] {
  return [meantAs(left, right.type), meantAs(right, left.type)]
}

/** Compares two members of open types: numbers with numbers, strings with strings, anything else for equality only. */
export function membersCompared(left: Typed, operator: string, right: Typed): Unplaced {
  const json = (each: Typed): Typed => ({ cqn: comparable(each), type: 'string', position: each.position })
  if (operator === '=' || operator === '!=') return compared(json(left), operator, json(right))
  const as = (type: ValueType) => exactly(compared(meantAs(left, type), operator.slice(0, 1), meantAs(right, type)))
  const ordered = anyOf(as('number'), as('string'))
  const equal = exactly(compared(json(left), '=', json(right)))
  return { cqn: operator.length === 2 ? anyOf(ordered, equal) : ordered, type: 'boolean' }
}

/**
 * A value as answers show it. A member of an open type is JSON text, which keeps its type; a duration is text; a number
 * is one that JavaScript can represent.
 */
export function shown(value: Unplaced): Cqn {
  const { type, member, isLarge } = value
  if (type === 'any') return member ? jsonOfMember(member) : value.cqn
  if (type === 'duration') return func('odata_duration', value.cqn)
  return isLarge ? func('odata_held', value.cqn) : exactly(value)
}

/**
 * A value in a form that all equal ones have: in JSON, `1.0` and `1` are the same number. Numbers that no double can hold
 * stay as they are.
 */
export function comparable(value: Unplaced): Cqn {
  const { member } = value
  if (!member) return shown(value)
  const number = memberAs(member, 'number')
  const isDouble = xpr(jsonType(member), "= 'real' and abs(", number, `) <= ${Number.MAX_VALUE}`)
  return xpr('case when', isDouble, 'then', func('odata_json_number', number), 'else', shown(value), 'end')
}

/** A value as a member of a JSON value. */
export function asJsonValue(value: Typed): Cqn {
  const cqn = shown(value)
  if (value.type === 'any') return jsonValue(cqn)
  if (value.type === 'null') return jsonValue(val('null'))
  if (value.type === 'dateTime') return xpr(cqn, '||', val('Z'))
  if (value.type === 'number') return value.whole ? integer(cqn) : jsonValue(func('odata_json_number', cqn))
  if (value.type !== 'boolean') return cqn
  const [yes, no] = [jsonValue(val('true')), jsonValue(val('false'))]
  return xpr('case', cqn, 'when', val(true), 'then', yes, 'when', val(false), 'then', no, 'end')
}

/** Whether a member has one of the types of JSON. */
export const isOfJsonType = (member: Member, types: string[]): Cqn =>
  func('coalesce', hasType(member, types), val(false))

const hasType = (member: Member, types: string[]): Cqn =>
  xpr(jsonType(member), `in (${types.map((each) => `'${each}'`).join()})`)

/** Whether a member is a whole number within bounds. */
export const isWholeWithin = (member: Member, least: number, most: number): Cqn =>
  allOf(
    isOfJsonType(member, ['integer']),
    xpr(jsonMember(member, 'number'), '>=', val(least)),
    xpr(jsonMember(member, 'number'), '<=', val(most))
  )
