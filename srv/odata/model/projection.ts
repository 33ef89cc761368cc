/**
 * How a projection shows an entity, read from its CDS query. It is used both ways: to store what was posted in the
 * shape of the projection, and to show what was stored before it can be read.
 */
import { queryOf, type Column, type Definition, type Element, type Model } from '../../cqn/csn.ts'
import { RequestError } from '../../errors/errors.ts'
import { columnsOf } from './columns.ts'
import { isStructured } from './types.ts'
import type { EntityType, JsonObject, Property, StructuredType } from './types.ts'

/** A column: an element of the source by its path, a structure of other columns, or texts found in the source. */
type Mapping = { path: string[] } | { columns: Projection } | { places: Place[] }

/** The columns of a projection, or of a structure in it, by their names. */
export type Projection = Map<string, Mapping>

/** Where texts may be found: the names that they have here, each with its path in the source. */
type Place = [name: string, path: string[]][]

/** Reads the query of an entity; undefined if it is stored itself. */
export function projectionOf({ definitions }: Model, entity: string): Projection | undefined {
  const definition = definitions[entity] ?? {}
  const { elements = {} } = definition
  const mapping = (column: Column, base: string[]): [string, Mapping][] => {
    const { ref, expand, as = ref?.at(-1) ?? '' } = column
    const foundIn = elements[as]?.['@odata.foundIn'] as Record<string, string>[] | undefined
    const path = ref && [...base, ...ref]
    if (foundIn) return [[as, { places: foundIn.map(placeOf) }]]
    if (expand) return [[as, { columns: new Map(expand.flatMap((each) => mapping(each, path ?? []))) }]]
    return path ? [[as, { path }]] : []
  }
  const columns = queryOf(definition)?.columns
  return columns && new Map(columns.flatMap((column) => mapping(column, [])))
}

/** The column of a projection that shows a stored one as it is. */
export function shownAs(column: string, projection: Projection, prefix = ''): string | undefined {
  for (const [name, mapping] of projection) {
    const shown = prefix + name
    const inner = 'columns' in mapping ? shownAs(column, mapping.columns, `${shown}_`) : undefined
    const path = 'path' in mapping ? mapping.path.join('_') : undefined
    if (path === column) return shown
    if (inner ?? (path !== undefined && column.startsWith(`${path}_`)))
      return inner ?? shown + column.slice(path?.length)
  }
  return undefined
}

/**
 * Checks that an entity has a column for everything that its type shows.
 * @throws {Error} naming the first column that is missing, as from a projection that leaves it out
 */
export function expectColumns(name: string, { elements = {} }: Definition, type: EntityType) {
  const flattened = (all: Record<string, Element>, prefix: string): string[] =>
    Object.entries(all).flatMap(([each, { elements: inner = {}, items }]) =>
      items || !Object.keys(inner).length ? prefix + each : flattened(inner, `${prefix}${each}_`)
    )
  const columns = new Set(flattened(elements, ''))
  const needed = [...type.properties.values()].flatMap((property) => [...columnsOf(property), property.instant ?? []])
  const missing = needed.flat().find((each) => !columns.has(each))
  if (missing !== undefined) throw new Error(`Entity '${name}' must have an element for the column '${missing}'.`)
}

const placeOf = (place: Record<string, string>): Place =>
  Object.entries(place).map(([name, path]) => [name, path.split('/')])

/**
 * What is to be stored for an entity in the shape of a projection, as a request body has it.
 * @param shown with all properties of its type
 * @throws {RequestError} 400 for texts that contradict those where they would be stored
 */
export function toStored(shown: JsonObject, projection: Projection, type: StructuredType): JsonObject {
  const stored: JsonObject = {}
  const found: [string, Place[], JsonObject][] = []
  const visit = (object: JsonObject, columns: Projection) => {
    for (const [name, mapping] of columns) {
      const value = object[name]
      // null, which is no part of a structure here, makes none there
      if (value === undefined || (value === null && object === shown)) continue
      if ('path' in mapping) put(stored, mapping.path, value)
      else if (value === null) continue
      else if ('places' in mapping) found.push([name, mapping.places, value as JsonObject])
      else visit(value as JsonObject, mapping.columns)
    }
  }
  visit(shown, projection)
  for (const [name, places, texts] of found) putTexts(stored, name, places, texts)
  for (const property of type.properties.values()) nameType(stored[property.name], property)
  return stored
}

/** Puts texts in the first place that has one of them, or else in the first place. */
function putTexts(stored: JsonObject, name: string, places: Place[], texts: JsonObject) {
  const place = places.find((each) => each.some(([, path]) => textAt(stored, path) !== null)) ?? places[0] ?? []
  for (const [member, path] of place) {
    const text = texts[member] ?? null
    const there = valueAt(stored, path) ?? null
    if (text === null || text === there) continue
    if (there !== null) {
      const message = `Property '${name}/${member}' must be the same as '${path.join('/')}'.`
      throw new RequestError('invalidValue', message, `${name}/${member}`)
    }
    put(stored, path, text)
  }
}

function put(target: JsonObject, [name = '', ...rest]: string[], value: unknown) {
  if (!rest.length) target[name] = value
  else put((target[name] ??= {}) as JsonObject, rest, value)
}

/** Names the type of a complex value if it has properties that only a derived type has. */
function nameType(value: unknown, { type, derived }: Property) {
  if (!derived || !isStructured(type) || typeof value !== 'object' || value === null) return
  const isOf = ({ properties }: StructuredType) => Object.keys(value).every((name) => properties.has(name))
  const actual = isOf(type) ? undefined : derived.types.find(isOf)
  if (actual) Object.assign(value, { '@odata.type': `#${actual.name}` })
}

/** An entity that was stored, in the shape of a projection. */
export function toShown(stored: JsonObject, projection: Projection, type: StructuredType): JsonObject {
  const visit = (columns: Projection, { properties, presence }: StructuredType): JsonObject | null => {
    const members: JsonObject = {}
    let isThere = false
    for (const [name, mapping] of columns) {
      if ('columns' in mapping) members[name] = visit(mapping.columns, properties.get(name)?.type as StructuredType)
      else if ('places' in mapping) members[name] = textsIn(stored, mapping.places)
      else {
        const value = valueAt(stored, mapping.path)
        if (value === undefined) continue
        members[name] = value
        isThere = true
      }
    }
    // without a column for it, a structure is there where one of its members has a value
    return (presence === undefined ? Object.values(members).some((each) => each !== null) : isThere) ? members : null
  }
  return visit(projection, type) as JsonObject
}

/** The texts in the first place that has one of them; null if none has. */
function textsIn(stored: JsonObject, places: Place[]): JsonObject | null {
  const all = places.map((place) => place.map(([name, path]) => [name, textAt(stored, path)] as const))
  const found = all.find((texts) => texts.some(([, text]) => text !== null))
  return found ? Object.fromEntries(found) : null
}

function textAt(stored: JsonObject, path: string[]): string | null {
  const value = valueAt(stored, path)
  return typeof value === 'string' ? value : null
}

/** The value of a member; undefined if there is no such member. */
export function valueAt(object: JsonObject, path: string[]): unknown {
  let value: unknown = object
  for (const name of path)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as JsonObject)[name]
        : undefined
  return value
}
