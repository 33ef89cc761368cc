/** Paths in expressions: to properties, through complex values, collections and open types (URL Conventions 4.01, 5.1.1.15). */
import { columnsOf } from '../columns.ts'
import { isStructured, propertyNamed, valueTypeNamed, type Property, type StructuredType } from '../types.ts'
import { anyOf, func, ref, val, xpr, type Cqn, type Typed, type ValueType } from './cqn.ts'
import type { Cursor } from './cursor.ts'
import { standingFor } from './extent.ts'
import { jsonAny, jsonLength, jsonMember } from './json.ts'

/** What a path has come to. */
interface Place {
  /** Undefined where anything may be, that is within a value of an open type. */
  type: Property['type'] | undefined
  property?: Property
  /** The names on the way, as the model spells them. */
  names: string[]
  /** Where the value is in JSON, if it has no column of its own. */
  json?: { source: Cqn | string; path: string[] }
  /** What must hold for the path to lead anywhere: that the value has the type that it is cast to. */
  condition?: Cqn
}

/** What a path can begin with besides a property: `$it`, or the variable of a lambda. */
export type Variables = Map<string, { type: StructuredType; item?: string }>

const TYPES: Record<string, ValueType> = {
  'Edm.String': 'string',
  'Edm.Boolean': 'boolean',
  'Edm.DateTimeOffset': 'dateTime',
  'Edm.Date': 'date',
  'Edm.TimeOfDay': 'time',
  'Edm.Untyped': 'any'
}

/**
 * Parses a path.
 * @param lambda parses the condition of `any` and `all` for the items of a collection
 */
export function parsePath(
  cursor: Cursor,
  root: StructuredType,
  variables: Variables,
  lambda: (item: StructuredType) => { item: string; condition: Cqn } | undefined
): { value: Typed; names: string[] } {
  const { position } = cursor.token
  let place = start(cursor, root, variables)
  while (cursor.accept('/')) {
    const { text: name } = cursor.token
    if (place.property?.collection) return { value: ofCollection(cursor, place, position, lambda), names: place.names }
    if (cursor.token.kind !== 'name') cursor.fail(`A property is expected instead of '${name}'`)
    place = step(cursor, place, name)
    cursor.take()
  }
  return { value: value(cursor, place, position), names: place.names }
}

function start(cursor: Cursor, root: StructuredType, variables: Variables): Place {
  const { text: name } = cursor.token
  const variable = variables.get(name)
  if (!variable) {
    const place = step(cursor, { type: root, names: [] }, name)
    cursor.take()
    return place
  }
  cursor.take()
  return variable.item === undefined
    ? { type: variable.type, names: [] }
    : { type: variable.type, names: [], json: { source: variable.item, path: [] } }
}

function step(cursor: Cursor, place: Place, name: string): Place {
  const { type, json } = place
  if (type === undefined || (isStructured(type) && type.open)) {
    const inner = json && { ...json, path: [...json.path, name] }
    return { ...place, type: undefined, names: [...place.names, name], ...(inner && { json: inner }) }
  }
  const property = isStructured(type) ? propertyNamed(type, name) : undefined
  if (property) {
    const next = { ...place, property, type: property.type, names: [...place.names, property.name] }
    if (json) return { ...next, json: { ...json, path: [...json.path, property.name] } }
    const isOpen = isStructured(property.type) && property.type.open
    return isOpen ? { ...next, json: { source: ref(columnOf(next)), path: [] } } : next
  }
  const target = place.property && valueTypeNamed(place.property, name)
  if (target) return { ...place, type: target, condition: hasType(place.property as Property, target) }
  return cursor.fail(`'${name}' is not a property of '${isStructured(type) ? type.name : type}'`)
}

const columnOf = ({ names }: Pick<Place, 'names'>) => names.join('_')

/** Whether the value of a property is of a type: null is of none (5.1.1.10.2). */
export function hasType(property: Property, type: StructuredType): Cqn {
  const { derived } = property
  return derived?.types.includes(type) ? xpr(ref(derived.column), '=', val(type.name)) : exists(property)
}

/** A complex value exists if any of its columns has a value, or if it was sent as an empty object. */
function exists(property: Property): Cqn {
  const empty = func('contains', ref('emptyObjects'), val(`"${property.name}"`))
  return anyOf(...columnsOf(property).map((column) => xpr(ref(column), '!=', val(null))), empty)
}

function ofCollection(
  cursor: Cursor,
  place: Place,
  position: number,
  lambda: (item: StructuredType) => { item: string; condition: Cqn } | undefined
): Typed {
  const column = columnOf(place)
  if (cursor.accept('$count')) return { cqn: jsonLength(column), type: 'number', whole: true, position }
  const isAll = cursor.token.text === 'all'
  if (!cursor.accept('any') && !cursor.accept('all'))
    cursor.fail(`any, all or $count is expected instead of '${cursor.token.text}'`)
  const found = lambda(place.property?.type as StructuredType)
  if (!found && isAll) cursor.fail('all needs a condition')
  if (!found) return { cqn: xpr(jsonLength(column), '>', val(0)), type: 'boolean', position }
  const { item, condition } = found
  const holds = func('coalesce', condition, val(false)) // what is unknown in SQL is false in OData
  if (!isAll) return { cqn: jsonAny(column, item, holds), type: 'boolean', position }
  return { cqn: xpr('not', jsonAny(column, item, xpr('not', holds))), type: 'boolean', position }
}

function value(cursor: Cursor, place: Place, position: number): Typed {
  const { type, property, json, condition } = place
  const column = property?.column ?? columnOf(place)
  const cell = (name: string) => standingFor(ref(name), property?.extent)
  if (property?.collection) cursor.fail(`'${column}' is a collection, and needs any, all or $count`, position)
  if (json) {
    const cqn = json.path.length ? jsonMember(json.source, json.path) : (json.source as Cqn)
    if (type === undefined) return { cqn, type: 'any', position }
    if (isStructured(type)) return { cqn: xpr(cqn, '!=', val(null)), type: 'complex', position }
    return { cqn, type: TYPES[type] ?? 'number', position }
  }
  if (!property || type === undefined) return cursor.fail('A property is expected', position)
  if (isStructured(type)) return { cqn: condition ?? exists(property), type: 'complex', position }
  const guard = (cqn: Cqn) => (condition ? xpr('case when', condition, 'then', cqn, 'end') : cqn)
  const { instant } = property
  const required = !property.nullable && place.names.length === 1
  if (instant) return { cqn: guard(cell(instant)), local: guard(cell(column)), type: 'dateTime', required, position }
  const whole = type === 'Edm.Int32' || type === 'Edm.Int64'
  return { cqn: guard(cell(column)), type: TYPES[type] ?? 'number', whole, required, position }
}
