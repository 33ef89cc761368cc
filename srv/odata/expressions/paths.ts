/** Paths to properties, through complex values, collections and open types (URL Conventions 4.01, 5.1.1.15). */
import { columnsOf, isInUtc } from '../model/columns.ts'
import { isStructured, propertyNamed, valueTypeNamed, type Property, type StructuredType } from '../model/types.ts'
import { valueTypeOf } from '../../cqn/primitives.ts'
import { collectionValue } from './collections.ts'
import { anyOf, constant, func, ref, standingFor, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Member, Structure, Typed, Unplaced } from '../../cqn/typed.ts'
import { anyCase, jsonItem, jsonOfMember } from '../../database/dialect.ts'
import { memberShown } from './enumerations.ts'
import { memberAs, memberValue } from './members.ts'
import { isSymbol } from './tokens.ts'
import type { Parser, Scope } from './parsing.ts'

/** Where a path leads. */
interface Place {
  /** Undefined within a value of an open type, where anything may be: then there is a member. */
  type: Property['type'] | undefined
  property?: Property
  /** The names of the path, as the model spells them. */
  names: string[]
  /** The same with the types that it is cast to. */
  segments: string[]
  /** Where the value is in JSON, if it has no column of its own. */
  member?: Member | undefined
  /** The condition that the value has the type it is cast to. */
  condition?: Cqn
}

const ALWAYS = xpr(val(1), '=', val(1))

/** A path, and the value at it. */
export interface Path extends Pick<Place, 'names' | 'segments'> {
  value: Typed
}

/** Parses a path. */
export function parsePath(parser: Parser): Path {
  const { cursor } = parser
  const { position } = cursor.token
  let place = start(parser)
  while (cursor.accept('/')) {
    if (place.property?.collection) {
      const type = place.property.type as StructuredType
      const items = place.member ? jsonOfMember(place.member) : columnOf(place)
      return { ...place, value: collectionValue(parser, items, type, position) }
    }
    const { kind, text: name } = cursor.token
    if (kind === 'alias') cursor.unsupported('The service does not implement annotations')
    if (kind !== 'name') cursor.fail(`A property is expected instead of '${name}'`)
    place = step(parser, place, name)
    cursor.take()
  }
  return { ...place, value: { ...valueAt(parser, place), position } }
}

function start(parser: Parser): Place {
  const { cursor, variables, root } = parser
  const { text: name } = cursor.token
  if (name === '$root' || name === '$these') cursor.unsupported(`The service does not implement ${name}`)
  const scope = variables.get(name)
  const place = scope ? placeOf(scope) : step(parser, placeOf(root), name)
  cursor.take()
  return place
}

function placeOf({ type, item, property }: Scope): Place {
  if (property) return { type, property, names: [property.name], segments: [property.name] }
  const member = item === undefined ? undefined : { source: jsonItem(item), path: [] }
  return { type, names: [], segments: [], member }
}

function step({ cursor, context }: Parser, place: Place, name: string): Place {
  const { type, member } = place
  const leadingTo = (name: string) => ({ names: [...place.names, name], segments: [...place.segments, name] })
  const within = (name: string) => member && { member: { ...member, path: [...member.path, name] } }
  if (type === undefined || (isStructured(type) && type.open)) {
    if (/^\$(count|filter)$/.test(name) || isSymbol(cursor.next, '('))
      cursor.unsupported(`The service does not implement '${name}' of members of open types`)
    return { ...place, type: undefined, ...leadingTo(name), ...within(name) }
  }
  const property = isStructured(type) ? propertyNamed(type, name) : undefined
  if (property) {
    const next = { ...place, property, type: property.type, ...leadingTo(property.name) }
    const isUntyped = property.type === 'Edm.Untyped'
    const isJson = isUntyped || (isStructured(property.type) && property.type.open)
    const inJson = member ? within(property.name) : isJson && { member: { source: columnOf(next), path: [] } }
    return { ...next, ...inJson, ...(isUntyped && { type: undefined }) }
  }
  if (isStructured(type) && context.types.structured.get(type.name)?.includes(name)) return place // a cast
  const target = place.property && valueTypeNamed(place.property, name)
  if (target) {
    const condition = hasType(place.property as Property, target, context.type)
    return { ...place, type: target, segments: [...place.segments, name], condition }
  }
  const other = place.property?.derived?.types.find((each) => propertyNamed(each, name))
  const hint = other ? `, but '${other.name}/${name}' is` : ''
  return cursor.fail(`'${name}' is not a property of '${isStructured(type) ? type.name : type}'${hint}`)
}

function columnOf({ names, property }: Pick<Place, 'names' | 'property'>): Cqn {
  return standingFor(ref(property?.column ?? names.join('_')), property?.extent)
}

/** Whether the value of a property of the rows is of a type: null is of none (5.1.1.10.2). */
function hasType(property: Property, type: StructuredType, rows: StructuredType): Cqn {
  const { derived } = property
  if (!derived?.types.includes(type)) return exists(property, rows)
  return func('coalesce', xpr(ref(derived.column), '=', constant(type.name)), val(false))
}

/** A complex value exists if any of its columns has a value, or if it was sent as an empty object. */
export function exists(property: Property, { hidden }: StructuredType, names = [property.name]): Cqn {
  if (!hidden || (isStructured(property.type) && property.type.partial)) return ALWAYS
  const prefix = names.slice(0, -1).map((name) => `${name}_`)
  const empty = func('contains', ref(hidden.emptyObjects), val(`"${names.join('_')}"`))
  return anyOf(...columnsOf(property, prefix.join('')).map((column) => xpr(ref(column), '!=', val(null))), empty)
}

/** The types that a structured value may have, each with the condition for it. */
function structureOf({ context }: Parser, { type, property, condition }: Place, isThere: Cqn): Structure {
  const found: Structure = []
  const add = (each: StructuredType, is: Cqn) => {
    for (const name of context.types.structured.get(each.name) ?? [each.name])
      if (!found.some(([known]) => known === name)) found.push([name, is])
  }
  add(type as StructuredType, isThere)
  if (!condition)
    for (const each of property?.derived?.types ?? []) add(each, hasType(property as Property, each, context.type))
  return found
}

/** The value of a property of a primitive type, or of an item's member that is one. */
function primitive(property: Property, cqn: Cqn): Unplaced {
  const { enumeration } = property
  const shownAs = property.shownAs ?? enumeration?.name ?? (property.type as string)
  if (enumeration)
    return { cqn: memberShown(cqn, enumeration), type: 'string', enumeration, inAnyCase: anyCase(cqn), shownAs }
  const type = valueTypeOf(property.type as string)
  if (type === 'duration') return { cqn: func('odata_cast', cqn, val('string'), val(property.type as string)), type }
  const whole = property.type === 'Edm.Int32' || property.type === 'Edm.Int64'
  return { cqn, type, whole, shownAs, mayBeNaN: property.type === 'Edm.Double' }
}

function valueAt(parser: Parser, place: Place): Unplaced {
  const { context } = parser
  const { type, property, member, condition } = place
  if (property?.collection) {
    const name = isStructured(property.type) ? property.type.name : property.type
    return { cqn: ALWAYS, type: 'collection', structure: [[name, ALWAYS]] }
  }
  if (type === undefined) return memberValue(member as Member)
  const value = member && memberAs(member, isStructured(type) ? 'complex' : valueTypeOf(type))
  if (isStructured(type)) {
    const isThere =
      condition ??
      (value ? xpr(value, '!=', val(null)) : property ? exists(property, context.type, place.names) : ALWAYS)
    return { cqn: isThere, type: 'complex', structure: structureOf(parser, place, isThere) }
  }
  if (value && type === 'Edm.DateTimeOffset')
    return { cqn: func('odata_cast', value, val('string'), val(type)), local: value, type: 'dateTime' }
  if (value) return primitive(property as Property, value)
  const guard = (cqn: Cqn) => (condition ? xpr('case when', condition, 'then', cqn, 'end') : cqn)
  const { instant, nullable } = property as Property
  const column = guard(columnOf(place))
  const required = !nullable && place.names.length === 1
  if (instant) {
    const cqn = guard(standingFor(ref(instant), property?.extent))
    return { cqn, local: isInUtc(property as Property) ? undefined : column, type: 'dateTime', required }
  }
  const isIndexed = 'ref' in column && context.types.indexedInAnyCase.has(column.ref[0] as string)
  return { ...(isIndexed && { inAnyCase: anyCase(column) }), ...primitive(property as Property, column), required }
}
