/**
 * An entity as CAP stores it: flat, a column for each primitive property (`initiatedBy_displayName`),
 * JSON in one column for open types and collections.
 */
import { inUtc } from '../../values/datetime.ts'
import { isJsonObject, parseJson } from '../../values/json.ts'
import { remembered } from '../../values/remembered.ts'
import { annotated } from './annotations.ts'
import { memberFor } from './enumerations.ts'
import {
  isStructured,
  valueTypeNamed,
  valueTypesOf,
  type Property,
  type StructuredType,
  type JsonObject
} from './types.ts'
import type { Row } from '../../plans/statement.ts'

/** The selected properties, nested; undefined means the whole value. */
export type Selection = Map<string, Selection | undefined> | undefined

type JsonOf = (value: unknown, property: Property) => string

/** The type whose properties have columns of their own, or undefined for a property that is one column. */
export function flattenedType({ type, collection }: Property): StructuredType | undefined {
  return isStructured(type) && !type.open && !collection ? type : undefined
}

const columnsByPrefix = remembered((_: Property) => new Map<string, string[]>())

/** The columns of a property, including the one with its type. */
export function columnsOf(property: Property, prefix = ''): string[] {
  const byPrefix = columnsByPrefix(property)
  const columns = byPrefix.get(prefix) ?? findColumns(property, prefix)
  byPrefix.set(prefix, columns)
  return columns
}

function findColumns(property: Property, prefix: string): string[] {
  const name = property.column ?? prefix + property.name
  if (!flattenedType(property)) return [name]
  const inner = valueTypesOf(property).flatMap(({ properties, presence }) => [
    ...[...properties.values()].flatMap((p) => columnsOf(p, `${name}_`)),
    ...(presence === undefined ? [] : [`${name}_${presence}`])
  ])
  return [...new Set([...inner, ...(property.derived ? [property.derived.column] : [])])]
}

/**
 * Flattens an entity.
 * @param jsonOf makes the JSON of values of open types and collections
 * @returns its columns, one of them with the paths of complex values that were sent without any value
 */
export function flatten(
  entity: JsonObject,
  type: StructuredType,
  jsonOf: JsonOf = (value) => JSON.stringify(value)
): Row {
  const row: Row = {}
  const emptyObjects: string[] = []
  const visit = (object: JsonObject, { properties }: StructuredType, prefix: string) => {
    for (const property of properties.values()) {
      const name = prefix + property.name
      const value = object[property.name]
      if (!flattenedType(property))
        row[name] = isStructured(property.type) && value != null ? jsonOf(value, property) : value
      else if (value) {
        const type = typeOfValue(value, property)
        if (property.derived && type !== property.type) row[property.derived.column] = type.name
        const members = value as JsonObject
        const isEmpty = Object.keys(members).every((member) => members[member] === null || member.includes('@'))
        if (isEmpty) emptyObjects.push(name)
        visit(members, type, `${name}_`)
      }
    }
  }
  visit(entity, type, '')
  if (emptyObjects.length && type.hidden) row[type.hidden.emptyObjects] = JSON.stringify(emptyObjects)
  return row
}

/** Builds an entity, or what is selected of it, from its columns: the inverse of {@link flatten}. */
export function nest(row: Row, type: StructuredType, selection: Selection): JsonObject {
  const emptyObjects = (fromJson(type.hidden && row[type.hidden.emptyObjects]) ?? []) as string[]
  const visit = ({ properties }: StructuredType, selected: Selection, prefix: string) => {
    const object: JsonObject = {}
    for (const property of properties.values()) {
      if (selected && !selected.has(property.name)) continue
      const name = property.column ?? prefix + property.name
      const inner = flattenedType(property)
      if (!inner) object[property.name] = pick(fromColumn(row[name], property), selected?.get(property.name))
      else {
        const hasValue = columnsOf(property, prefix).some((column) => row[column] != null)
        const exists =
          inner.partial || hasValue || emptyObjects.some((path) => path === name || path.startsWith(`${name}_`))
        const derived = property.derived?.types.find((each) => each.name === row[property.derived?.column ?? ''])
        const value = exists ? visit(derived ?? inner, selected?.get(property.name), `${name}_`) : null
        object[property.name] = derived && value ? { '@odata.type': `#${derived.name}`, ...value } : value
      }
    }
    return object
  }
  return visit(type, selection, '')
}

/** The type of a complex value: the declared one, unless the value names a derived one. */
export function typeOfValue(value: object, property: Property): StructuredType {
  const name = '@odata.type' in value ? String(value['@odata.type']).replace('#', '') : undefined
  return valueTypeNamed(property, name) ?? (property.type as StructuredType)
}

function fromColumn(value: unknown, property: Property): unknown {
  const { type, enumeration } = property
  if (isStructured(type)) return complete(fromJson(value), property)
  if (type === 'Edm.Untyped') return fromJson(value)
  if (value === null || value === undefined) return null
  if (enumeration) return memberFor(enumeration, value as string)
  if (type === 'Edm.Boolean') return Boolean(value)
  if (value === Infinity || value === -Infinity) return value > 0 ? 'INF' : '-INF' // OData JSON 4.01, 7.1
  if (isInUtc(property)) return inUtc(value as string)
  return value
}

/** Whether a point in time is shown in UTC: one that was computed of instants, or in a shape that has no offsets. */
export const isInUtc = ({ type, column, instant, inUtc }: Property) =>
  type === 'Edm.DateTimeOffset' && (inUtc === true || (column !== undefined && instant === column))

/**
 * Adds what the type of JSON has got since the JSON was stored, and replaces texts by the members of enumerations that
 * they are shown as. In place: it was just parsed.
 * @returns the value; that of a collection which was not there is empty
 */
export function complete(value: unknown, property: Property): unknown {
  const { type, enumeration, collection } = property
  if (enumeration && typeof value === 'string') return memberFor(enumeration, value)
  if (Array.isArray(value)) for (const item of value) complete(item, property)
  else if (isStructured(type) && isJsonObject(value)) {
    const { open, partial, properties } = typeOfValue(value, property)
    if (!open && !partial) for (const each of properties.values()) value[each.name] = complete(value[each.name], each)
  }
  return value ?? (collection ? [] : null)
}

/** Keeps the selected members of a JSON value, and the annotations of them and of the value itself. */
function pick(value: unknown, selection: Selection): unknown {
  if (selection && Array.isArray(value)) return value.map((item) => pick(item, selection))
  if (!selection || !isJsonObject(value)) return value
  const members = Object.entries(value).filter(([name]) => name.startsWith('@') || selection.has(annotated(name)))
  return Object.fromEntries(members.map(([name, member]) => [name, pick(member, selection.get(name))]))
}

/** A number alone becomes a double, as computed values do, unless no double can hold it. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null
  const parsed = parseJson(value)
  return typeof parsed === 'number' && !Number.isFinite(parsed) ? JSON.rawJSON(value) : parsed
}
