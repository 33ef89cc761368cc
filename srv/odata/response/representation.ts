/** Adds control information to values: `@odata.type` as documented, and what the metadata level `full` requires. */
import { withoutTypes } from '../model/annotations.ts'
import { typeOfValue } from '../model/columns.ts'
import type { JsonFormat } from '../request/format.ts'
import { isStructured } from '../model/types.ts'
import type { JsonObject, Property, StructuredType } from '../model/types.ts'

/** Annotates an entity and all values in it. @param links that are shown of it; undefined for an aggregated row */
export function representEntity(entity: JsonObject, type: StructuredType, format: JsonFormat, links?: object) {
  const object = members(entity, type, format)
  if (format.metadata === 'none') return object
  return links ? { '@odata.type': `#${type.name}`, ...links, ...object } : { '@odata.id': null, ...object }
}

/** Annotates the value of a property: primitive, complex or a collection. */
export function representValue(value: unknown, property: Property, format: JsonFormat): unknown {
  if (value === null) return value
  if (!isStructured(property.type)) return representPrimitive(value, primitiveTypeOf(property, value), format)
  return Array.isArray(value)
    ? value.map((item: JsonObject) => representComplex(item, property, format))
    : representComplex(value as JsonObject, property, format)
}

/** Clients may ask for 64-bit integers as strings: JavaScript cannot represent all of them (OData JSON 4.01, 3.2). */
function representPrimitive(value: unknown, type: string, { ieee754Compatible }: JsonFormat) {
  if (!ieee754Compatible || type !== 'Edm.Int64') return value
  return JSON.isRawJSON(value) ? value.rawJSON : String(value)
}

/** A number of entities as JSON text. */
export const countText = (count: number, format: JsonFormat) =>
  JSON.stringify(representPrimitive(count, 'Edm.Int64', format))

/** The type of a primitive value. A whole number that is computed, and larger than 64 bits can hold, is a double in SQLite. */
function primitiveTypeOf({ type, shownAs }: Property, value: unknown): string {
  const isDouble = typeof value === 'string' || (typeof value === 'number' && Math.abs(value) > 2 ** 63)
  const shown = shownAs ?? (type as string)
  return shown === 'Edm.Int64' && isDouble ? 'Edm.Double' : shown
}

function representComplex(object: JsonObject, property: Property, format: JsonFormat) {
  const type = typeOfValue(object, property)
  if (format.metadata === 'none' || type.partial) return members(object, type, format)
  // The documented example has no `#` on nested types; the standard asks for it (OData JSON 4.01, 4.6.3), and Graph
  // sends it where the type is not the declared one.
  const hash = format.metadata === 'full' || type !== property.type ? '#' : ''
  return members(object, type, format, { '@odata.type': hash + type.name })
}

/** Adds the members of a value to a result, except for its type. */
function members(object: JsonObject, type: StructuredType, format: JsonFormat, result: JsonObject = {}) {
  if (type.open) {
    if (format.metadata === 'none') return withoutTypes(object) as JsonObject
    const { '@odata.type': _, ...others } = object
    return { ...result, ...others }
  }
  for (const name of Object.keys(object)) {
    if (name === '@odata.type') continue
    const value = object[name]
    const property = type.properties.get(name)
    const isTyped = format.metadata === 'full' || (format.metadata === 'minimal' && property?.dynamic)
    const annotation = property && isTyped && !name.includes('@') && typeAnnotation(property, value)
    if (annotation) result[`${name}@odata.type`] = annotation
    result[name] = property ? representValue(value, property, format) : value
  }
  return result
}

/**
 * The type annotation for values whose type JSON does not show (OData JSON 4.01, 4.5.3): of all with level `full`, and with
 * `minimal` of those that `$metadata` does not declare.
 */
export function typeAnnotation(property: Property, value: unknown) {
  const { type, collection, enumeration } = property
  if (collection) return `#Collection(${isStructured(type) ? type.name : type.slice('Edm.'.length)})`
  if (enumeration) return `#${enumeration.name}`
  if (isStructured(type)) return undefined
  const shown = primitiveTypeOf(property, value)
  if (shown === 'Edm.Double' && typeof value === 'string') return '#Double' // INF and NaN
  const isClear = ['Edm.String', 'Edm.Boolean', 'Edm.Double', 'Edm.Untyped'].includes(shown)
  return isClear ? undefined : `#${shown.replace(/^Edm\./, '')}`
}
